use chaobiao_decision::{CommandContext, Process, Stop, Workspace};
use serde::{Deserialize, Serialize};

use super::{ImportProfile, ImportProfileCommand, ProfileLayout};
use crate::units::ImportProfileId;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfileChanged {
    pub profile_id: ImportProfileId,
}

/// Says how a kind of file is read, from now on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishImportProfile {
    pub profile_id: ImportProfileId,
    pub layout: ProfileLayout,
}

impl Process for PublishImportProfile {
    const NAME: &'static str = "import_profile.publish";
    type Outcome = ProfileChanged;

    fn decide(
        &self,
        _context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<ProfileChanged, Stop> {
        let command = ImportProfileCommand::Publish {
            profile_id: self.profile_id.clone(),
            layout: Box::new(self.layout.clone()),
        };
        workspace.execute::<ImportProfile>(self.profile_id.as_str(), command)?;
        Ok(ProfileChanged {
            profile_id: self.profile_id.clone(),
        })
    }
}

/// Takes a profile out of use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RetireImportProfile {
    pub profile_id: ImportProfileId,
}

impl Process for RetireImportProfile {
    const NAME: &'static str = "import_profile.retire";
    type Outcome = ProfileChanged;

    fn decide(
        &self,
        _context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<ProfileChanged, Stop> {
        let command = ImportProfileCommand::Retire;
        workspace.execute::<ImportProfile>(self.profile_id.as_str(), command)?;
        Ok(ProfileChanged {
            profile_id: self.profile_id.clone(),
        })
    }
}

/// How a kind of file is read now; asked by whoever takes one in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LookUpProfile {
    pub profile_id: ImportProfileId,
}

impl Process for LookUpProfile {
    const NAME: &'static str = "import_profile.look_up";
    type Outcome = ProfileLayout;

    fn decide(
        &self,
        _context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<ProfileLayout, Stop> {
        let profile = workspace.get::<ImportProfile>(self.profile_id.as_str())?;
        Ok(profile.layout()?.clone())
    }
}
