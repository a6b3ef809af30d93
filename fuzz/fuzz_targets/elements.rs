//! Runs of elements and the formats inside them: any bytes.
#![no_main]

use dot11::element::{
    ElementId, ElementWriter, Elements, HtCapabilities, HtOperation, Rates, Tim, WmmInformation,
    WmmParameters,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let elements = Elements::new(bytes);
    let mut writer = ElementWriter::new();
    for element in elements.iter().flatten() {
        writer
            .element(element.id(), element.body())
            .expect("what was read fits");
    }
    let written = writer.finish();
    assert!(bytes.starts_with(&written));
    assert_eq!(written.len() == bytes.len(), elements.is_well_formed());

    assert!(Rates::from_elements(elements).as_bytes().len() <= Rates::MAX);
    let _ = WmmInformation::from_elements(elements);
    if let Some(wmm) = WmmParameters::from_elements(elements) {
        let mut writer = ElementWriter::new();
        let again = writer.wmm_parameters(&wmm).clone().finish();
        assert_eq!(
            WmmParameters::from_elements(Elements::new(&again)),
            Some(wmm)
        );
    }
    if let Some(ht) = elements
        .body(ElementId::HT_CAPABILITIES)
        .and_then(HtCapabilities::parse)
    {
        assert_eq!(HtCapabilities::parse(&ht.encode()), Some(ht));
    }
    if let Some(ht) = elements
        .body(ElementId::HT_OPERATION)
        .and_then(HtOperation::parse)
    {
        assert_eq!(HtOperation::parse(&ht.encode()), Some(ht));
    }
    if let Some(tim) = elements.body(ElementId::TIM).and_then(Tim::parse) {
        let ids: Vec<u16> = (0..=u16::MAX).filter(|aid| tim.has(*aid)).collect();
        let body = dot11::element::encode_tim(
            tim.dtim_count,
            tim.dtim_period,
            tim.group_traffic(),
            ids.iter().copied(),
        );
        let again = Tim::parse(&body).expect("what was written can be read");
        assert!(
            (0..=u16::MAX)
                .filter(|aid| again.has(*aid))
                .eq(ids.iter().copied())
        );
    }
});
