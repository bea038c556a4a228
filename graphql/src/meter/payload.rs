//! What most mutations about a meter answer with.

/// Payloads of the schema with the meter a command was about: each mutation has one of its own.
macro_rules! meter_payloads {
    ($($payload:ident),+ $(,)?) => {$(
        #[derive(async_graphql::SimpleObject)]
        struct $payload {
            meter: Option<$crate::meter::Meter>,
            user_errors: Vec<$crate::support::UserError>,
            /// Done, but what is shown may still be older.
            pending: bool,
        }

        impl $payload {
            async fn of(
                ctx: &async_graphql::Context<'_>,
                ran: $crate::support::Ran<chaobiao_domain::units::MeterNo>,
            ) -> async_graphql::Result<Self> {
                let meter = match &ran.outcome {
                    Some(meter_no) => $crate::meter::card_of(ctx, meter_no.as_str())
                        .await?
                        .map($crate::meter::Meter),
                    None => None,
                };
                Ok(Self { meter, user_errors: ran.user_errors, pending: ran.pending })
            }
        }
    )+};
}

pub(crate) use meter_payloads;
