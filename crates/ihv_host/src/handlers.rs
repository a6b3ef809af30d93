//! The calls of an extension's handlers: arguments for each, and what becomes of its results.

use core::ptr::{null, null_mut};

use dot11::KeyBytes;
use ihv::seam::{Fragments, SystemTask, Task, TaskData, TaskResult, UiRequest};
use wlan_model::Win32Error;
use zeroize::Zeroizing;

use crate::abi::*;
use crate::buffer::Buffers;
use crate::lifecycle::{Invocation, What};
use crate::marshal::{CProfile, association, bss_list, narrow, ui_request, wide};

/// Most bytes of a `Control` answer.
const MAX_ROOM: u32 = 64 * 1024;
/// Most discovery profiles that are looked at.
const MAX_PROFILES: usize = 64;
/// Most bytes of their texts together: a packet to the service has to hold them.
const MAX_PROFILE_BYTES: usize = 64 * 1024;

/// Calls a member of the table, which has no NULL.
macro_rules! call {
    ($table:expr, $member:ident ( $($arg:expr),* )) => {
        match $table.$member {
            // SAFETY: the arguments are what the documentation of this handler promises, and live
            // until it returns. What it does beyond that is why this process exists.
            Some(handler) => unsafe { handler($($arg),*) },
            None => Default::default(),
        }
    };
}

/// Calls a handler. The second result is what `InitAdapter` chose.
#[expect(unsafe_code, reason = "foreign handlers")]
pub(crate) fn invoke(
    buffers: &Buffers,
    table: &DOT11EXT_IHV_HANDLERS,
    invocation: Invocation,
) -> (TaskResult, usize) {
    let hi = invocation.extension as HANDLE;
    let given = invocation.handle as HANDLE;
    let mut reason = 0u32;
    let mut chosen: HANDLE = null_mut();
    let mut data = TaskData::None;
    let code = match invocation.what {
        What::DeinitService => {
            call!(table, Dot11ExtIhvDeinitService());
            0
        }
        What::Packet(packet) => call!(
            table,
            Dot11ExtIhvReceivePacket(hi, packet.len() as u32, packet.as_ptr().cast())
        ),
        What::Indication(kind, data) => {
            let start = if data.is_empty() {
                null()
            } else {
                data.as_ptr()
            };
            call!(
                table,
                Dot11ExtIhvReceiveIndication(hi, kind, data.len() as u32, start.cast())
            )
        }
        What::PacketDone(label) => {
            call!(table, Dot11ExtIhvSendPacketCompletion(label as HANDLE))
        }
        What::NoSession(id) => {
            call!(table, Dot11ExtIhvProcessUIResponse(id.into(), 0, null()))
        }
        What::Stop(_, peer, status) => call!(
            table,
            Dot11ExtIhvStopPostAssociate(hi, &raw const peer.0, status)
        ),
        What::System(SystemTask::SessionChange { event, session }) => {
            let about = WTSSESSION_NOTIFICATION {
                cbSize: size_of::<WTSSESSION_NOTIFICATION>() as u32,
                dwSessionId: session,
            };
            call!(
                table,
                Dot11ExtIhvProcessSessionChange(event, &raw const about)
            )
        }
        What::System(SystemTask::IsUiRequestPending(id)) => {
            let mut pending: BOOL = 0;
            let code = call!(
                table,
                Dot11ExtIhvIsUIRequestPending(id.into(), &raw mut pending)
            );
            data = TaskData::Pending(pending != 0);
            code
        }
        What::Task(task) => match task {
            Task::InitAdapter(adapter) => {
                let mut description = wide(&adapter.description);
                let adapter = DOT11_ADAPTER {
                    gAdapterId: adapter.guid.into(),
                    pszDescription: description.as_mut_ptr(),
                    Dot11CurrentOpMode: DOT11_CURRENT_OPERATION_MODE {
                        uReserved: 0,
                        uCurrentOpMode: adapter.mode,
                    },
                };
                call!(
                    table,
                    Dot11ExtIhvInitAdapter(&raw const adapter, given, &raw mut chosen)
                )
            }
            Task::DeinitAdapter => {
                call!(table, Dot11ExtIhvDeinitAdapter(hi));
                0
            }
            Task::AdapterReset => call!(table, Dot11ExtIhvAdapterReset(hi)),
            Task::PerformPreAssociate {
                profile,
                mut networks,
                ..
            } => {
                let p = CProfile::new(&profile);
                let list = bss_list(&mut networks);
                call!(
                    table,
                    Dot11ExtIhvPerformPreAssociate(
                        hi,
                        given,
                        &raw const p.params,
                        &raw const p.connection,
                        &raw const p.safety,
                        &raw const list,
                        &raw mut reason
                    )
                )
            }
            Task::PerformPostAssociate {
                session,
                association: a,
                ..
            } => {
                let state = DOT11_PORT_STATE {
                    PeerMacAddress: a.peer.0,
                    uSessionId: session,
                    bPortControlled: 1,
                    bPortAuthorized: a.authorized.into(),
                };
                let (words, len) = association(&a);
                call!(
                    table,
                    Dot11ExtIhvPerformPostAssociate(
                        hi,
                        given,
                        &raw const state,
                        len,
                        words.as_ptr().cast()
                    )
                )
            }
            // The life cycle has made a `Stop` of it.
            Task::StopPostAssociate { .. } => Win32Error::INVALID_STATE.0,
            Task::ValidateProfile(profile) => {
                let p = CProfile::new(&profile);
                call!(
                    table,
                    Dot11ExtIhvValidateProfile(
                        hi,
                        &raw const p.params,
                        &raw const p.connection,
                        &raw const p.safety,
                        &raw mut reason
                    )
                )
            }
            Task::PerformCapabilityMatch {
                profile,
                mut networks,
            } => {
                let p = CProfile::new(&profile);
                let list = bss_list(&mut networks);
                call!(
                    table,
                    Dot11ExtIhvPerformCapabilityMatch(
                        hi,
                        &raw const p.params,
                        &raw const p.connection,
                        &raw const p.safety,
                        &raw const list,
                        &raw mut reason
                    )
                )
            }
            Task::CreateDiscoveryProfiles {
                insecure,
                profile,
                mut networks,
            } => {
                let p = CProfile::new(&profile);
                let networks = bss_list(&mut networks);
                let mut list = DOT11EXT_IHV_DISCOVERY_PROFILE_LIST {
                    dwCount: 0,
                    pIhvDiscoveryProfiles: null_mut(),
                };
                let code = call!(
                    table,
                    Dot11ExtIhvCreateDiscoveryProfiles(
                        hi,
                        insecure.into(),
                        &raw const p.params,
                        &raw const networks,
                        &raw mut list,
                        &raw mut reason
                    )
                );
                data = TaskData::Profiles(take_profiles(buffers, &list));
                code
            }
            Task::QueryUiRequest { phase } => {
                let mut request: *mut DOT11EXT_IHV_UI_REQUEST = null_mut();
                let code = call!(
                    table,
                    Dot11ExtIhvQueryUIRequest(hi, phase, &raw mut request)
                );
                data = TaskData::UiRequest(take_ui_request(buffers, request));
                code
            }
            Task::Control { input, room } => {
                let room = room.min(MAX_ROOM);
                let mut out = Zeroizing::new(vec![0u8; room as usize]);
                let mut returned = 0u32;
                let start = if input.is_empty() {
                    null()
                } else {
                    input.as_ptr()
                };
                let out_start = if room == 0 {
                    null_mut()
                } else {
                    out.as_mut_ptr()
                };
                let code = call!(
                    table,
                    Dot11ExtIhvControl(
                        hi,
                        input.len() as u32,
                        start,
                        room,
                        out_start,
                        &raw mut returned
                    )
                );
                let fits = if returned <= room {
                    returned as usize
                } else {
                    0
                };
                data = TaskData::Bytes {
                    returned,
                    data: out[..fits].to_vec(),
                };
                code
            }
        },
    };
    let result = TaskResult {
        code: Win32Error(code),
        reason,
        data,
    };
    (result, chosen as usize)
}

/// Reads and frees what `CreateDiscoveryProfiles` handed out. Only what came from `AllocateBuffer` is
/// read, and no further than it goes.
#[expect(unsafe_code, reason = "structures of C")]
fn take_profiles(buffers: &Buffers, list: &DOT11EXT_IHV_DISCOVERY_PROFILE_LIST) -> Vec<Fragments> {
    let start = list.pIhvDiscoveryProfiles;
    let Some(size) = buffers.size(start.cast()) else {
        return Vec::new();
    };
    let room = size / size_of::<DOT11EXT_IHV_DISCOVERY_PROFILE>();
    let count = (list.dwCount as usize).min(room).min(MAX_PROFILES);
    let text = |text: *mut u16| {
        let size = buffers.size(text.cast())?;
        // SAFETY: as many units as the buffer holds.
        let read = unsafe { narrow(text, size / 2) };
        buffers.free(text.cast());
        read
    };
    let mut bytes = 0;
    let profiles = (0..count)
        .map(|i| {
            // SAFETY: within the buffer, which calloc aligned.
            let profile = unsafe { start.add(i).read() };
            Fragments {
                connectivity: text(profile.IhvConnectivityProfile.pszXmlFragmentIhvConnectivity),
                security: text(profile.IhvSecurityProfile.pszXmlFragmentIhvSecurity),
                use_onex: profile.IhvSecurityProfile.bUseMSOnex != 0,
            }
        })
        // All are taken, so that all are freed.
        .filter(|profile: &Fragments| {
            let texts = [&profile.connectivity, &profile.security];
            bytes += texts
                .into_iter()
                .flatten()
                .map(KeyBytes::len)
                .sum::<usize>();
            bytes <= MAX_PROFILE_BYTES
        })
        .collect();
    buffers.free(start.cast());
    profiles
}

/// The same for what `QueryUIRequest` handed out.
#[expect(unsafe_code, reason = "structures of C")]
fn take_ui_request(buffers: &Buffers, request: *mut DOT11EXT_IHV_UI_REQUEST) -> Option<UiRequest> {
    let size = buffers.size(request.cast())?;
    let read = (size >= size_of::<DOT11EXT_IHV_UI_REQUEST>()).then(|| {
        // SAFETY: the buffer is large enough, and calloc aligned it.
        unsafe { request.read() }
    });
    if let Some(read) = &read {
        // Its data may lie in a buffer of their own, or behind it in the same.
        buffers.free(read.pvUIRequest.cast());
    }
    buffers.free(request.cast());
    read.map(|read| ui_request(&read))
}
