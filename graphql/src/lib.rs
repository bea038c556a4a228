//! How it is asked: schema, guards, loaders. No SQL, no decisions.
//!
//! A capability adds its `…Query`, `…Mutation` and `…Subscription` to the roots below.

#![allow(
    clippy::unused_async,
    reason = "resolvers are async whether they wait or not"
)]
#![allow(
    clippy::struct_field_names,
    reason = "fields are named as the schema names them: meterId, never a bare id"
)]

pub mod account;
pub mod audit;
pub mod billing;
pub mod binding;
pub mod campus;
pub mod customer;
pub mod meter;
pub mod payment;
pub mod payment_export;
pub mod reading;
pub mod reading_round;
pub mod receipt;
pub mod staff;
pub mod support;
pub mod tariff;
pub mod viewer;

use async_graphql::{MergedObject, MergedSubscription, SchemaBuilder};

use support::{CursorKey, Limits, Services, Shape};

/// Root of all queries.
#[derive(Default, MergedObject)]
pub struct Query(
    account::AccountQuery,
    audit::AuditQuery,
    billing::BillingQuery,
    binding::BindingQuery,
    campus::CampusQuery,
    meter::MeterQuery,
    payment::PaymentQuery,
    payment_export::PaymentExportQuery,
    reading::ReadingQuery,
    reading_round::ReadingRoundQuery,
    receipt::ReceiptQuery,
    staff::StaffQuery,
    tariff::TariffQuery,
    viewer::ViewerQuery,
);

/// Root of all mutations.
#[derive(Default, MergedObject)]
pub struct Mutation(
    account::AccountMutation,
    billing::BillingMutation,
    campus::CampusMutation,
    customer::CustomerMutation,
    meter::MeterMutation,
    payment::PaymentMutation,
    payment_export::PaymentExportMutation,
    reading::ReadingMutation,
    reading::ReviewMutation,
    reading_round::ReadingRoundMutation,
    receipt::ReceiptMutation,
    staff::StaffMutation,
    tariff::TariffMutation,
    viewer::ViewerMutation,
);

/// Root of all subscriptions.
#[derive(Default, MergedSubscription)]
pub struct Subscription(
    billing::BillingSubscription,
    binding::BindingSubscription,
    reading::ReadingSubscription,
    reading_round::ReadingRoundSubscription,
);

/// The product's one schema.
pub type Schema = async_graphql::Schema<Query, Mutation, Subscription>;

/// What operators decide about the schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SchemaOptions {
    /// Answer `__schema` and suggest names: development only.
    pub introspection: bool,
    pub depth_max: usize,
    pub complexity_max: usize,
    pub document_bytes_max: usize,
}

impl Default for SchemaOptions {
    fn default() -> Self {
        Self {
            introspection: false,
            depth_max: 12,
            complexity_max: 5_000,
            document_bytes_max: 64 * 1024,
        }
    }
}

/// Builds the schema over what its resolvers work with.
pub fn build_schema(services: Services, cursors: CursorKey, options: SchemaOptions) -> Schema {
    let mut builder = builder(options).data(services).data(cursors);
    if !options.introspection {
        builder = builder.disable_introspection().disable_suggestions();
    }
    builder.finish()
}

/// The schema definition, as committed in `docs/schema.graphql`.
pub fn sdl() -> String {
    builder(SchemaOptions::default()).finish().sdl()
}

fn builder(options: SchemaOptions) -> SchemaBuilder<Query, Mutation, Subscription> {
    // `Shape` comes first: extensions wrap each other, and it has the last look at an answer.
    Schema::build(
        Query::default(),
        Mutation::default(),
        Subscription::default(),
    )
    .extension(Shape)
    .extension(Limits {
        depth_max: options.depth_max,
        complexity_max: options.complexity_max,
        document_bytes_max: options.document_bytes_max,
    })
    // Bounds the work of the parser and of the checks before ours.
    .limit_recursive_depth(32)
    .limit_directives(4)
    // Ours is lower; this one makes the number be computed.
    .limit_complexity(usize::MAX)
}
