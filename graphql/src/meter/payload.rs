//! What most mutations about a meter answer with.

/// Payloads of the schema with the meter a command was about: each mutation has one of its own.
macro_rules! meter_payloads {
    ($($payload:ident),+ $(,)?) => {
        $crate::support::payloads!(
            meter: $crate::meter::Meter,
            |ctx, meter_no: chaobiao_domain::units::MeterNo| $crate::meter::meter_of(ctx, meter_no.as_str());
            $($payload),+
        );
    };
}

pub(crate) use meter_payloads;
