//! The few functions of libcrypto that are measured, found at run time.

use std::ffi::{CStr, c_char, c_int, c_uchar, c_void};

unsafe extern "C" {
    fn dlopen(file: *const c_char, flags: c_int) -> *mut c_void;
    fn dlsym(library: *mut c_void, name: *const c_char) -> *mut c_void;
}

const RTLD_NOW: c_int = 2;
const SET_IV_LEN: c_int = 0x9;
const GET_TAG: c_int = 0x10;
const SET_TAG: c_int = 0x11;

type Pbkdf2 = unsafe extern "C" fn(
    *const c_char,
    c_int,
    *const c_uchar,
    c_int,
    c_int,
    c_int,
    *mut c_uchar,
) -> c_int;
type Init = unsafe extern "C" fn(
    *mut c_void,
    *const c_void,
    *mut c_void,
    *const c_uchar,
    *const c_uchar,
) -> c_int;
type Update =
    unsafe extern "C" fn(*mut c_void, *mut c_uchar, *mut c_int, *const c_uchar, c_int) -> c_int;

/// The library.
pub struct OpenSsl {
    pbkdf2: Pbkdf2,
    new_ctx: unsafe extern "C" fn() -> *mut c_void,
    aes_128_ccm: unsafe extern "C" fn() -> *const c_void,
    ctrl: unsafe extern "C" fn(*mut c_void, c_int, c_int, *mut c_void) -> c_int,
    encrypt_init: Init,
    encrypt: Update,
    decrypt_init: Init,
    decrypt: Update,
}

impl OpenSsl {
    /// `None` when the library is not there.
    pub fn load() -> Option<Self> {
        // SAFETY: a constant name; the handle is kept for the life of the program.
        let library = unsafe { dlopen(c"libcrypto.so.3".as_ptr(), RTLD_NOW) };
        if library.is_null() {
            return None;
        }
        /// # Safety
        /// `F` is the type of the C function `name`.
        unsafe fn find<F: Copy>(library: *mut c_void, name: &CStr) -> Option<F> {
            // SAFETY: the library is open.
            let address = unsafe { dlsym(library, name.as_ptr()) };
            // SAFETY: `F` is a function pointer by the caller's word, as wide as an address.
            (!address.is_null()).then(|| unsafe { core::mem::transmute_copy(&address) })
        }
        // SAFETY: the types are those of openssl/evp.h.
        unsafe {
            Some(Self {
                pbkdf2: find(library, c"PKCS5_PBKDF2_HMAC_SHA1")?,
                new_ctx: find(library, c"EVP_CIPHER_CTX_new")?,
                aes_128_ccm: find(library, c"EVP_aes_128_ccm")?,
                ctrl: find(library, c"EVP_CIPHER_CTX_ctrl")?,
                encrypt_init: find(library, c"EVP_EncryptInit_ex")?,
                encrypt: find(library, c"EVP_EncryptUpdate")?,
                decrypt_init: find(library, c"EVP_DecryptInit_ex")?,
                decrypt: find(library, c"EVP_DecryptUpdate")?,
            })
        }
    }

    /// PBKDF2-HMAC-SHA1.
    pub fn pbkdf2(&self, password: &[u8], salt: &[u8], rounds: i32, out: &mut [u8; 32]) {
        // SAFETY: lengths are those of the slices.
        let ok = unsafe {
            (self.pbkdf2)(
                password.as_ptr().cast(),
                password.len() as c_int,
                salt.as_ptr(),
                salt.len() as c_int,
                rounds,
                32,
                out.as_mut_ptr(),
            )
        };
        assert_eq!(ok, 1);
    }

    /// A key for AES-128-CCM with a nonce of 13 bytes and a MIC of 8; its schedule is made once.
    pub fn ccm<'a>(&'a self, key: &[u8; 16]) -> Ccm<'a> {
        let make = |init: Init| {
            // SAFETY: the calls and their order are those of the manual for CCM.
            unsafe {
                let ctx = (self.new_ctx)();
                let null = std::ptr::null_mut();
                assert_eq!(
                    init(ctx, (self.aes_128_ccm)(), null, null.cast(), null.cast()),
                    1
                );
                assert_eq!((self.ctrl)(ctx, SET_IV_LEN, 13, null), 1);
                assert_eq!((self.ctrl)(ctx, SET_TAG, 8, null), 1);
                assert_eq!(init(ctx, null, null, key.as_ptr(), null.cast()), 1);
                ctx
            }
        };
        Ccm {
            openssl: self,
            seal: make(self.encrypt_init),
            open: make(self.decrypt_init),
        }
    }
}

/// Two contexts, one per direction. They live as long as the program.
pub struct Ccm<'a> {
    openssl: &'a OpenSsl,
    seal: *mut c_void,
    open: *mut c_void,
}

impl Ccm<'_> {
    /// Ciphers one message.
    pub fn seal(
        &self,
        nonce: &[u8; 13],
        aad: &[u8],
        data: &[u8],
        out: &mut [u8],
        mic: &mut [u8; 8],
    ) {
        assert_eq!(data.len(), out.len());
        let o = self.openssl;
        let null = std::ptr::null_mut::<c_void>();
        let mut n = 0;
        // SAFETY: the context is set up, lengths are those of the slices, `out` is as long as `data`.
        unsafe {
            (o.encrypt_init)(self.seal, null, null, null.cast(), nonce.as_ptr());
            (o.encrypt)(
                self.seal,
                null.cast(),
                &raw mut n,
                null.cast(),
                data.len() as c_int,
            );
            (o.encrypt)(
                self.seal,
                null.cast(),
                &raw mut n,
                aad.as_ptr(),
                aad.len() as c_int,
            );
            let len = data.len() as c_int;
            let ok = (o.encrypt)(self.seal, out.as_mut_ptr(), &raw mut n, data.as_ptr(), len);
            assert_eq!(ok, 1);
            assert_eq!((o.ctrl)(self.seal, GET_TAG, 8, mic.as_mut_ptr().cast()), 1);
        }
    }

    /// Deciphers one message and checks its MIC.
    pub fn open(
        &self,
        nonce: &[u8; 13],
        aad: &[u8],
        data: &[u8],
        out: &mut [u8],
        mic: &[u8; 8],
    ) -> bool {
        assert_eq!(data.len(), out.len());
        let o = self.openssl;
        let null = std::ptr::null_mut::<c_void>();
        let mut n = 0;
        // SAFETY: the context is set up, lengths are those of the slices, `out` is as long as `data`;
        // OpenSSL only reads the MIC.
        unsafe {
            (o.ctrl)(self.open, SET_TAG, 8, mic.as_ptr().cast_mut().cast());
            (o.decrypt_init)(self.open, null, null, null.cast(), nonce.as_ptr());
            (o.decrypt)(
                self.open,
                null.cast(),
                &raw mut n,
                null.cast(),
                data.len() as c_int,
            );
            (o.decrypt)(
                self.open,
                null.cast(),
                &raw mut n,
                aad.as_ptr(),
                aad.len() as c_int,
            );
            let len = data.len() as c_int;
            (o.decrypt)(self.open, out.as_mut_ptr(), &raw mut n, data.as_ptr(), len) == 1
        }
    }
}
