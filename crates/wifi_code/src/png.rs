//! The picture as a PNG file.

use png::{BitDepth, ColorType, Encoder};
use zeroize::Zeroizing;

use crate::code::QUIET;
use crate::{Code, Error};

impl Code {
    /// Most pixels for each module of a picture.
    pub const MOST_PIXELS: u32 = 64;

    /// The bytes of a PNG file, black on white, with `pixels` for each module (1 to
    /// [`Code::MOST_PIXELS`]).
    ///
    /// # Errors
    /// [`Error::TooLarge`].
    pub fn png(&self, pixels: u32) -> Result<Zeroizing<Vec<u8>>, Error> {
        let too_large = Error::TooLarge(Self::MOST_PIXELS);
        if !(1..=Self::MOST_PIXELS).contains(&pixels) {
            return Err(too_large);
        }
        let each = usize::try_from(pixels).map_err(|_| too_large)?;
        let modules = self.size() + 2 * QUIET;
        let side = modules * each;
        // One bit for each pixel, rows on whole bytes.
        let row_len = side.div_ceil(8);
        let mut image = Zeroizing::new(vec![0xff_u8; row_len * side]);
        for (y, row) in image.chunks_exact_mut(row_len).enumerate() {
            for x in (0..side).filter(|x| self.is_dark_inside(x / each, y / each, QUIET)) {
                if let Some(byte) = row.get_mut(x / 8) {
                    *byte &= !(0x80 >> (x % 8));
                }
            }
        }
        let mut file = Zeroizing::new(Vec::with_capacity(image.len() + 1024));
        let side = u32::try_from(side).map_err(|_| too_large)?;
        let mut encoder = Encoder::new(&mut *file, side, side);
        encoder.set_color(ColorType::Grayscale);
        encoder.set_depth(BitDepth::One);
        // Writing to memory does not fail.
        encoder
            .write_header()
            .and_then(|mut writer| {
                writer.write_image_data(&image)?;
                writer.finish()
            })
            .map_err(|_| too_large)?;
        Ok(file)
    }
}
