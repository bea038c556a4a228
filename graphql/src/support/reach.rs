//! 辖区: staff who are confined to their own campus (ADR 0054). Every document of theirs is gone
//! through before it is checked: what names something of another campus is refused, a list that can
//! be of one campus is of theirs, and what is neither is closed to them.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use async_graphql::extensions::{Extension, ExtensionContext, ExtensionFactory, NextParseQuery};
use async_graphql::parser::types::{
    Directive, ExecutableDocument, Field, FragmentDefinition, OperationDefinition, OperationType,
    Selection, SelectionSet, VariableDefinition,
};
use async_graphql::{Name, Positioned, ServerError, ServerResult, Value, Variables};
use chaobiao_domain::access_log::AccessKind;
use chaobiao_domain::units::CampusId;
use chaobiao_eventstore::StoreError;
use chaobiao_projections::reach::{Place, first_elsewhere};

use super::limits::error;
use super::{ErrorCode, RequestInfo, Services, Viewer, record_route};

/// Root fields that show and change nothing that belongs to a campus, or only what is the viewer's.
const PLACELESS: [&str; 38] = [
    "__typename",
    "__schema",
    "__type",
    "article",
    "beginSecondFactor",
    "beginWechatLogin",
    "campusOffices",
    "campuses",
    "changePassword",
    "classReadingMethods",
    "confirmSecondFactor",
    "customerLogin",
    "delayReasons",
    "equipmentModels",
    "importProfiles",
    "importProfileVersions",
    "jsSdkConfig",
    "labelTemplates",
    "loginWithWechat",
    "logout",
    "logoutEverywhere",
    "lossLimits",
    "me",
    "officialAccount",
    "readStates",
    "registerCustomer",
    "reportTemplates",
    "requestPhoneCode",
    "roleExclusions",
    "serviceRules",
    "staffLogin",
    // Each piece of work by itself.
    "syncFieldWork",
    "tariff",
    "tariffs",
    "turnOffSecondFactor",
    "validationRules",
    "validationRulesInForce",
    "workCalendar",
];
/// Root fields that show what is the viewer's own unless their arguments say whose.
const OWN: [&str; 5] = [
    "fieldConflicts",
    "myAppointments",
    "myServiceCases",
    "myServiceCasesChanged",
    "readingTasks",
];
/// Arguments by which a list is of one campus.
const CAMPUS: [&str; 2] = ["campus", "campusId"];

/// The variables in these values.
macro_rules! note_variables {
    ($value:expr, $names:expr) => {{
        let names: &mut BTreeSet<Name> = $names;
        let noted = $value.node.clone().into_const_with(|name| {
            names.insert(name);
            Ok::<_, ()>(Value::Null)
        });
        drop(noted);
    }};
}

/// Keeps confined staff within their campus.
#[derive(Clone, Copy, Debug)]
pub struct Reach;

impl ExtensionFactory for Reach {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(*self)
    }
}

#[async_trait::async_trait]
impl Extension for Reach {
    async fn parse_query(
        &self,
        ctx: &ExtensionContext<'_>,
        query: &str,
        variables: &Variables,
        next: NextParseQuery<'_>,
    ) -> ServerResult<ExecutableDocument> {
        let mut document = next.run(ctx, query, variables).await?;
        let viewer = ctx.data_opt::<Viewer>();
        let Some(campus) = viewer.and_then(Viewer::reach) else {
            return Ok(document);
        };
        let mut survey = Survey {
            ctx,
            campus,
            variables,
            keys: BTreeSet::new(),
            set_aside: BTreeSet::new(),
        };
        survey.go_through(&mut document)?;
        // Cannot fail: whoever has a viewer was given it by them, and the schema is built over them.
        let services = ctx.data_unchecked::<Services>();
        let pool = services.store().pool();
        match first_elsewhere(pool, campus, &survey.keys).await {
            Ok(None) => Ok(document),
            Ok(Some((place, id))) => {
                tell(ctx, services, Some(format!("{}/{id}", place.as_str())));
                Err(refusal("不属于本校区，不在辖区之内"))
            }
            Err(failed) => {
                tracing::error!(error = %failed, "the reach of a request could not be told");
                Err(error(ErrorCode::Internal, "服务器内部错误", None))
            }
        }
    }
}

/// Whether all of these are within the viewer's reach.
pub async fn is_within<'a>(
    services: &Services,
    viewer: &Viewer,
    keys: impl IntoIterator<Item = (Place, &'a str)>,
) -> Result<bool, StoreError> {
    let Some(campus) = viewer.reach() else {
        return Ok(true);
    };
    let keys = keys.into_iter().map(|(place, id)| (place, id.to_owned()));
    let elsewhere = first_elsewhere(services.store().pool(), campus, &keys.collect()).await?;
    Ok(elsewhere.is_none())
}

fn refusal(message: &str) -> ServerError {
    error(ErrorCode::Forbidden, message, None)
}

/// The access log hears of everything that was denied.
fn tell(ctx: &ExtensionContext<'_>, services: &Services, subject: Option<String>) {
    let info = ctx.data_opt::<RequestInfo>().cloned().unwrap_or_default();
    let viewer = ctx.data_opt::<Viewer>().cloned().unwrap_or_default();
    record_route(
        services,
        &info,
        &viewer,
        AccessKind::Denied,
        "reach",
        subject,
    );
}

/// What a document is about.
struct Survey<'a> {
    ctx: &'a ExtensionContext<'a>,
    campus: &'a CampusId,
    variables: &'a Variables,
    keys: BTreeSet<(Place, String)>,
    /// Variables that stood where the viewer's campus stands now.
    set_aside: BTreeSet<Name>,
}

impl Survey<'_> {
    fn go_through(&mut self, document: &mut ExecutableDocument) -> ServerResult<()> {
        let fragments = document.fragments.clone();
        let (mut used, mut defined) = (BTreeSet::new(), Vec::new());
        for operation in operations(document) {
            let OperationDefinition {
                ty,
                variable_definitions,
                selection_set,
                ..
            } = &mut operation.node;
            let root = match ty {
                OperationType::Query => "Query",
                OperationType::Mutation => "Mutation",
                OperationType::Subscription => "Subscription",
            };
            // Of each operation by itself: the same fragment may be given something else by another.
            let mut spread = BTreeSet::new();
            let own = variable_definitions.as_slice();
            self.selection(root, own, selection_set, &fragments, &mut spread)?;
            used.append(&mut spread);
            defined.extend_from_slice(own);
        }
        // Root fields may stand in fragments, too.
        for name in used {
            if let Some(fragment) = document.fragments.get_mut(&name) {
                let root = fragment.node.type_condition.node.on.node.to_string();
                let selection = &mut fragment.node.selection_set;
                self.selection(&root, &defined, selection, &fragments, &mut BTreeSet::new())?;
            }
        }
        self.forget_variables(document);
        Ok(())
    }

    /// A variable that is not used any more must not be defined, either.
    fn forget_variables(&self, document: &mut ExecutableDocument) {
        let mut used = BTreeSet::new();
        for (_, operation) in document.operations.iter() {
            variables_of(&operation.node.selection_set.node, &mut used);
        }
        for fragment in document.fragments.values() {
            variables_of(&fragment.node.selection_set.node, &mut used);
        }
        for operation in operations(document) {
            operation.node.variable_definitions.retain(|defined| {
                let name = &defined.node.name.node;
                !self.set_aside.contains(name) || used.contains(name)
            });
        }
    }

    fn selection(
        &mut self,
        root: &str,
        defined: &[Positioned<VariableDefinition>],
        selection_set: &mut Positioned<SelectionSet>,
        fragments: &HashMap<Name, Positioned<FragmentDefinition>>,
        used: &mut BTreeSet<Name>,
    ) -> ServerResult<()> {
        for selection in &mut selection_set.node.items {
            match &mut selection.node {
                Selection::Field(field) => self.field(root, defined, &mut field.node)?,
                Selection::InlineFragment(inline) => {
                    let inner = &mut inline.node.selection_set;
                    self.selection(root, defined, inner, fragments, used)?;
                }
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    let nested = used.insert(name.clone()).then(|| fragments.get(name));
                    if let Some(fragment) = nested.flatten() {
                        let mut inner = fragment.node.selection_set.clone();
                        self.selection(root, defined, &mut inner, fragments, used)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn field(
        &mut self,
        root: &str,
        defined: &[Positioned<VariableDefinition>],
        field: &mut Field,
    ) -> ServerResult<()> {
        let name = field.name.node.as_str();
        if PLACELESS.contains(&name) {
            return Ok(());
        }
        let mut found = BTreeSet::new();
        for (argument, value) in &field.arguments {
            let given = |name| self.given(defined, &name);
            let value = value.node.clone().into_const_with(given);
            collect(argument.node.as_str(), &value?, &mut found);
        }
        // By a book or a reader alone a list may hold what stands in no register of theirs.
        let loose = |(place, _): &(Place, String)| matches!(place, Place::Book | Place::Reader);
        let is_loose = found.iter().all(loose);
        let is_named = !found.is_empty();
        self.keys.extend(found);
        if !is_named && OWN.contains(&name) {
            return Ok(());
        }
        if is_loose {
            return self.narrow(root, field, is_named);
        }
        Ok(())
    }

    /// A list of everything becomes one of the viewer's campus; what cannot, and names nothing of it
    /// either, is closed.
    fn narrow(&mut self, root: &str, field: &mut Field, is_named: bool) -> ServerResult<()> {
        let types = &self.ctx.schema_env.registry.types;
        let fields = types.get(root).and_then(|kind| kind.fields());
        let Some(known) = fields.and_then(|fields| fields.get(field.name.node.as_str())) else {
            // There is no such field, as the checks to come will say.
            return Ok(());
        };
        let Some(argument) = CAMPUS.iter().find(|name| known.args.contains_key(**name)) else {
            return if is_named {
                Ok(())
            } else {
                Err(refusal("此项不分校区，限定辖区的人员不能使用"))
            };
        };
        let pos = field.name.pos;
        for (name, value) in &field.arguments {
            if name.node == *argument {
                note_variables!(value, &mut self.set_aside);
            }
        }
        field.arguments.retain(|(name, _)| name.node != *argument);
        field.arguments.push((
            Positioned::new(Name::new(argument), pos),
            Positioned::new(Value::from(self.campus.as_str()).into_value(), pos),
        ));
        Ok(())
    }

    /// What a variable stands for; that it is defined, and of the right type, is checked later.
    #[expect(clippy::unnecessary_wraps, reason = "shaped for into_const_with")]
    fn given(
        &self,
        defined: &[Positioned<VariableDefinition>],
        name: &Name,
    ) -> ServerResult<Value> {
        if let Some(value) = self.variables.get(name) {
            return Ok(value.clone());
        }
        let definition = defined.iter().find(|one| one.node.name.node == *name);
        let default = definition.and_then(|one| one.node.default_value.as_ref());
        Ok(default.map_or(Value::Null, |value| value.node.clone()))
    }
}

fn operations(document: &mut ExecutableDocument) -> Vec<&mut Positioned<OperationDefinition>> {
    use async_graphql::parser::types::DocumentOperations::{Multiple, Single};

    match &mut document.operations {
        Single(operation) => vec![operation],
        Multiple(operations) => operations.values_mut().collect(),
    }
}

fn variables_of(selection_set: &SelectionSet, names: &mut BTreeSet<Name>) {
    let of_directives = |directives: &[Positioned<Directive>], names: &mut BTreeSet<Name>| {
        for directive in directives {
            for (_, value) in &directive.node.arguments {
                note_variables!(value, names);
            }
        }
    };
    for selection in &selection_set.items {
        match &selection.node {
            Selection::Field(field) => {
                for (_, value) in &field.node.arguments {
                    note_variables!(value, names);
                }
                of_directives(&field.node.directives, names);
                variables_of(&field.node.selection_set.node, names);
            }
            Selection::InlineFragment(inline) => {
                of_directives(&inline.node.directives, names);
                variables_of(&inline.node.selection_set.node, names);
            }
            Selection::FragmentSpread(spread) => of_directives(&spread.node.directives, names),
        }
    }
}

/// The keys in a value, however deep.
fn collect(name: &str, value: &Value, keys: &mut BTreeSet<(Place, String)>) {
    match value {
        Value::String(id) => {
            if let Some(place) = Place::named(name) {
                keys.insert((place, id.clone()));
            }
        }
        Value::List(values) => values.iter().for_each(|value| collect(name, value, keys)),
        Value::Object(fields) => {
            for (name, value) in fields {
                collect(name.as_str(), value, keys);
            }
        }
        _ => {}
    }
}
