//! Appointments (上门预约): somebody comes to read, to look at a fault, to move people in or out.

mod aggregate;
mod error;
mod event;
mod process;

pub use aggregate::{Appointment, AppointmentCommand, AppointmentRecord, AppointmentState};
pub use error::AppointmentError;
pub use event::{AppointmentEvent, AppointmentKind, AppointmentRequested};
pub use process::{
    AppointmentChanged, CancelAppointment, ConfirmAppointment, FinishAppointment,
    RequestAppointment, ScheduleAppointment,
};
