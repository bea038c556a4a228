use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};

use super::error::GatewayStatementError;
use super::event::{GatewayStatementEvent, StatementCompared};

/// What may be asked of a day's statement.
#[derive(Clone, Debug)]
pub enum GatewayStatementCommand {
    Compare(StatementCompared),
}

/// The last comparison of one gateway's day.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct GatewayStatement {
    last: Option<StatementCompared>,
}

impl GatewayStatement {
    /// Whether the same file came to the same before.
    fn knows(&self, compared: &StatementCompared) -> bool {
        self.last.as_ref().is_some_and(|last| {
            last.file == compared.file
                && last.agreed == compared.agreed
                && last.differences == compared.differences
        })
    }
}

impl Aggregate for GatewayStatement {
    const TYPE: &'static str = "gateway_statement";
    type Command = GatewayStatementCommand;
    type Event = GatewayStatementEvent;
    type Error = GatewayStatementError;
    type Services = ();

    async fn handle(
        &mut self,
        GatewayStatementCommand::Compare(compared): GatewayStatementCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), GatewayStatementError> {
        if !self.knows(&compared) {
            sink.write(GatewayStatementEvent::Compared(compared), self)
                .await;
        }
        Ok(())
    }

    fn apply(&mut self, GatewayStatementEvent::Compared(compared): GatewayStatementEvent) {
        self.last = Some(compared);
    }
}
