use super::ProfileLayout;
use crate::units::ImportProfileId;

#[derive(Clone, Debug)]
pub enum ImportProfileCommand {
    Publish {
        profile_id: ImportProfileId,
        layout: Box<ProfileLayout>,
    },
    Retire,
}
