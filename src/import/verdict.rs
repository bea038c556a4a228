use std::fmt;

use chaobiao_decision::Rejection;
use chaobiao_domain::units::ImportBatchId;
use serde::Serialize;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Accepted,
    /// Taken in, and waiting for a person to look at it.
    Held,
    /// Known before; nothing was written.
    Unchanged,
    Refused,
}

/// What became of one row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RowVerdict {
    /// As the person sees it in an editor or spreadsheet, from 1.
    pub row: usize,
    /// The meter or account, where the row named one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    pub verdict: Verdict,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
}

impl RowVerdict {
    pub(super) fn of(row: usize, id: Option<String>, verdict: Verdict) -> Self {
        Self {
            row,
            id,
            verdict,
            code: None,
            message: None,
            field: None,
        }
    }

    pub(super) fn refused(row: usize, id: Option<String>, rejection: Rejection) -> Self {
        Self {
            code: Some(rejection.code),
            message: Some(rejection.message),
            field: rejection.field.map(|path| path.join(".")),
            ..Self::of(row, id, Verdict::Refused)
        }
    }
}

impl fmt::Display for RowVerdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match self.verdict {
            Verdict::Accepted => "通过",
            Verdict::Held => "待复核",
            Verdict::Unchanged => "未变",
            Verdict::Refused => "退回",
        };
        write!(f, "第 {} 行", self.row)?;
        if let Some(id) = &self.id {
            write!(f, " {id}")?;
        }
        write!(f, " {word}")?;
        match (&self.message, &self.code) {
            (Some(message), Some(code)) => write!(f, "：{message}（{code}）"),
            (Some(message), None) => write!(f, "：{message}"),
            _ => Ok(()),
        }
    }
}

/// How many rows came to what.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// None where nothing was to be written.
    #[serde(skip)]
    pub batch_id: Option<ImportBatchId>,
    pub rows: usize,
    pub accepted: usize,
    pub held: usize,
    pub unchanged: usize,
    pub refused: usize,
    /// Rows dealt with before the import was interrupted; not counted above.
    pub done_before: usize,
    /// Columns nobody knows, by name.
    pub ignored_columns: Vec<String>,
}

impl Summary {
    pub(super) fn count(&mut self, verdict: Verdict) {
        self.rows += 1;
        match verdict {
            Verdict::Accepted => self.accepted += 1,
            Verdict::Held => self.held += 1,
            Verdict::Unchanged => self.unchanged += 1,
            Verdict::Refused => self.refused += 1,
        }
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "共 {} 行：通过 {}，待复核 {}，未变 {}，退回 {}",
            self.rows, self.accepted, self.held, self.unchanged, self.refused
        )?;
        if self.done_before > 0 {
            write!(f, "；接续上次中断处，此前已处理 {} 行", self.done_before)?;
        }
        if !self.ignored_columns.is_empty() {
            write!(f, "；未使用的列：{}", self.ignored_columns.join("、"))?;
        }
        Ok(())
    }
}
