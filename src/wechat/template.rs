//! Which of our values a template of the account shows where.

use std::collections::BTreeMap;

/// A template at the account: its number, and its fields with the values they show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Template {
    pub(super) number: String,
    fields: Vec<(String, String)>,
}

impl Template {
    /// `name number field=value…`
    pub(super) fn parse(entry: &str) -> Option<(String, Self)> {
        let mut words = entry.split_whitespace();
        let (name, number) = (words.next()?, words.next()?);
        let fields = words.map(|word| {
            let (field, value) = word.split_once('=')?;
            let whole = !field.is_empty() && !value.is_empty();
            whole.then(|| (field.to_owned(), value.to_owned()))
        });
        let fields: Option<Vec<_>> = fields.collect();
        let fields = fields.filter(|fields| !fields.is_empty())?;
        let number = number.to_owned();
        Some((name.to_owned(), Self { number, fields }))
    }

    /// Each field with its value, or the name of a value that is not there.
    pub(super) fn fill(
        &self,
        values: &BTreeMap<String, String>,
    ) -> Result<Vec<(String, String)>, String> {
        let filled = self.fields.iter().map(|(field, name)| {
            let value = values.get(name).ok_or_else(|| name.clone())?;
            Ok((field.clone(), value.clone()))
        });
        filled.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_show_the_values_they_name() {
        let (name, template) = Template::parse("outage TM1 thing1=what time2=from").unwrap();
        assert_eq!((name.as_str(), template.number.as_str()), ("outage", "TM1"));
        let mut values = BTreeMap::from([("what".to_owned(), "停水".to_owned())]);
        assert_eq!(template.fill(&values), Err("from".to_owned()));
        values.insert("from".to_owned(), "9月24日 09:00".to_owned());
        let filled = template.fill(&values).unwrap();
        assert_eq!(filled[0], ("thing1".to_owned(), "停水".to_owned()));
        assert_eq!(filled[1].0, "time2");
        for wrong in [
            "",
            "outage",
            "outage TM1",
            "outage TM1 thing1",
            "outage TM1 =what",
        ] {
            assert_eq!(Template::parse(wrong), None, "{wrong}");
        }
    }
}
