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
pub mod bank_line;
pub mod bill_reconciliation;
pub mod billing;
pub mod billing_master;
pub mod binding;
pub mod bulletin;
pub mod campus;
pub mod clearing;
pub mod collection_round;
pub mod collector;
pub mod connector;
pub mod customer;
pub mod device_order;
pub mod equipment;
pub mod field_work;
pub mod gateway_order;
pub mod gateway_statement;
pub mod historic_usage;
pub mod import_batch;
pub mod import_profile;
pub mod insight;
pub mod ledger;
pub mod message;
pub mod meter;
pub mod meter_label;
pub mod meter_mapping;
pub mod meter_tree;
pub mod metering_point;
pub mod payment;
pub mod payment_export;
pub mod payroll;
pub mod prepaid;
pub mod reading;
pub mod reading_book;
pub mod reading_export;
pub mod reading_round;
pub mod reading_session;
pub mod receipt;
pub mod receipt_stock;
pub mod refund;
pub mod self_read_campaign;
pub mod service;
pub mod shared_allocation;
pub mod staff;
pub mod support;
pub mod tariff;
pub mod till;
pub mod transfer_claim;
pub mod validation_rules;
pub mod viewer;
pub mod waiver;

use async_graphql::{MergedObject, MergedSubscription, SchemaBuilder};

use support::{CursorKey, Limits, Reach, Services, Shape};

/// Root of all queries. Nested, because the compiler follows a merge as deep as it is wide.
#[derive(Default, MergedObject)]
pub struct Query(MeterWorkQuery, DeskQuery);

/// Queries of those who look after meters and readings.
#[derive(Default, MergedObject)]
pub struct MeterWorkQuery(
    MeteringQuery,
    PointsQuery,
    RemoteQuery,
    FieldQuery,
    FilesQuery,
    FiguresQuery,
);

/// Queries of those who look after money and people.
#[derive(Default, MergedObject)]
pub struct DeskQuery(
    MoneyQuery,
    CashDeskQuery,
    HeldMoneyQuery,
    OnlineQuery,
    PeopleQuery,
    OfficeQuery,
);

/// Queries about money that comes through payment gateways, or beforehand.
#[derive(Default, MergedObject)]
pub struct OnlineQuery(
    gateway_order::GatewayOrderQuery,
    prepaid::PrepaidQuery,
    gateway_statement::GatewayStatementQuery,
);

/// Queries about money that is deducted from wages, given back or given up.
#[derive(Default, MergedObject)]
pub struct HeldMoneyQuery(
    payroll::PayrollQuery,
    refund::RefundQuery,
    waiver::WaiverQuery,
);

/// Queries of the back office: what is billed, and what people ask of the centre.
#[derive(Default, MergedObject)]
pub struct OfficeQuery(ServiceRootQuery, BillsQuery);

/// Queries about meters and what they show.
#[derive(Default, MergedObject)]
pub struct MeteringQuery(
    message::MessageQuery,
    meter::MeterQuery,
    meter::ReplacementQuery,
    reading::EstimationQuery,
    reading::PhotoCheckQuery,
    reading::ReadingQuery,
);

/// Queries about meters that speak for themselves.
#[derive(Default, MergedObject)]
pub struct RemoteQuery(
    collector::CollectorQuery,
    collector::IntervalQuery,
    connector::ConnectorQuery,
    device_order::DeviceOrderQuery,
);

/// Queries about what hangs where and what it is.
#[derive(Default, MergedObject)]
pub struct PointsQuery(
    equipment::EquipmentQuery,
    meter_label::MeterLabelQuery,
    meter_mapping::MeterMappingQuery,
    meter_tree::MeterTreeQuery,
    metering_point::MeteringPointQuery,
);

/// Queries about readers' work.
#[derive(Default, MergedObject)]
pub struct FieldQuery(
    field_work::FieldWorkQuery,
    reading_book::ReadingBookQuery,
    reading_round::ReadingRoundQuery,
    reading_session::ReadingSessionQuery,
    self_read_campaign::SelfReadCampaignQuery,
);

/// Queries about files that came in, and the rules they are read by.
#[derive(Default, MergedObject)]
pub struct FilesQuery(
    historic_usage::HistoricUsageQuery,
    import_batch::ImportBatchQuery,
    import_profile::ImportProfileQuery,
    validation_rules::ValidationRulesQuery,
);

/// Queries about how things go.
#[derive(Default, MergedObject)]
pub struct FiguresQuery(
    insight::InsightQuery,
    insight::MoneyFiguresQuery,
    insight::ReportQuery,
    insight::UsageQuery,
);

/// Queries about accounts, prices, payments, and who goes to collect them.
#[derive(Default, MergedObject)]
pub struct MoneyQuery(
    account::AccountQuery,
    account::ChargesQuery,
    collection_round::CollectionRoundQuery,
    payment::PaymentQuery,
    payment_export::PaymentExportQuery,
    receipt::ReceiptQuery,
    tariff::TariffQuery,
);

/// Queries about bills and what has become of them.
#[derive(Default, MergedObject)]
pub struct BillsQuery(
    MasterQuery,
    billing::BillingQuery,
    billing::BillingRunQuery,
    billing::CorrectionQuery,
    billing::ReplayQuery,
    shared_allocation::SharedAllocationQuery,
    tariff::SimulationQuery,
);

/// Queries about the charging system beside us.
#[derive(Default, MergedObject)]
pub struct MasterQuery(
    bill_reconciliation::BillReconciliationQuery,
    billing_master::BillingMasterQuery,
    billing::ParallelQuery,
    reading_export::ReadingExportQuery,
);

/// Queries about tills, the bank's statement, and what campuses owe each other.
#[derive(Default, MergedObject)]
pub struct CashDeskQuery(
    bank_line::BankLineQuery,
    clearing::ClearingQuery,
    ledger::LedgerQuery,
    receipt_stock::ReceiptStockQuery,
    till::TillQuery,
    transfer_claim::TransferClaimQuery,
);

/// Queries about customers, staff and what they did.
#[derive(Default, MergedObject)]
pub struct PeopleQuery(
    audit::AuditQuery,
    binding::BindingQuery,
    campus::CampusQuery,
    staff::RoleQuery,
    staff::StaffQuery,
    viewer::ViewerQuery,
    viewer::WechatQuery,
);

/// Queries about what people ask of the centre and what it tells them.
#[derive(Default, MergedObject)]
pub struct ServiceRootQuery(
    bulletin::BulletinQuery,
    service::CaseQuery,
    service::VisitQuery,
);

/// Root of all mutations, nested as the queries are.
#[derive(Default, MergedObject)]
pub struct Mutation(MeterWorkMutation, DeskMutation);

/// Mutations of those who look after meters and readings.
#[derive(Default, MergedObject)]
pub struct MeterWorkMutation(
    MeteringMutation,
    PointsMutation,
    RemoteMutation,
    FieldMutation,
    SettingsMutation,
);

/// Mutations of those who look after money and people.
#[derive(Default, MergedObject)]
pub struct DeskMutation(
    MoneyMutation,
    CashDeskMutation,
    HeldMoneyMutation,
    OnlineMutation,
    PeopleMutation,
    OfficeMutation,
);

/// Mutations of money that comes through payment gateways, or beforehand.
#[derive(Default, MergedObject)]
pub struct OnlineMutation(
    gateway_order::GatewayOrderMutation,
    prepaid::PrepaidMutation,
);

/// Mutations of money that is deducted from wages, given back or given up.
#[derive(Default, MergedObject)]
pub struct HeldMoneyMutation(
    payroll::PayrollMutation,
    refund::RefundMutation,
    waiver::WaiverMutation,
);

/// Mutations of the back office: what is billed, and what people ask of the centre.
#[derive(Default, MergedObject)]
pub struct OfficeMutation(ServiceRootMutation, BillsMutation);

/// Mutations of meters and readings.
#[derive(Default, MergedObject)]
pub struct MeteringMutation(
    TakingMutation,
    JudgingMutation,
    message::MessageMutation,
    meter::MeterMutation,
    meter::SupplyMutation,
);

/// Mutations by which readings come in.
#[derive(Default, MergedObject)]
pub struct TakingMutation(
    reading::ReadingMutation,
    reading::BluetoothMutation,
    reading::EstimationMutation,
    reading::IntervalMutation,
);

/// Mutations by which people judge readings.
#[derive(Default, MergedObject)]
pub struct JudgingMutation(reading::PhotoCheckMutation, reading::ReviewMutation);

/// Mutations of meters that speak for themselves.
#[derive(Default, MergedObject)]
pub struct RemoteMutation(
    collector::CollectorMutation,
    connector::ConnectorMutation,
    device_order::DeviceOrderMutation,
);

/// Mutations of what hangs where and what it is.
#[derive(Default, MergedObject)]
pub struct PointsMutation(
    equipment::EquipmentMutation,
    meter_label::MeterLabelMutation,
    meter_mapping::MeterMappingMutation,
    meter_tree::MeterTreeMutation,
    metering_point::MeteringPointMutation,
);

/// Mutations of readers' work.
#[derive(Default, MergedObject)]
pub struct FieldMutation(
    field_work::FieldWorkMutation,
    reading_book::ReadingBookMutation,
    reading_round::ReadingRoundMutation,
    reading_session::ReadingSessionMutation,
    self_read_campaign::SelfReadCampaignMutation,
);

/// Mutations of what is set once for all meters.
#[derive(Default, MergedObject)]
pub struct SettingsMutation(
    import_batch::ImportBatchMutation,
    import_profile::ImportProfileMutation,
    insight::ReportTemplateMutation,
    reading_round::DelayReasonMutation,
    validation_rules::ValidationRulesMutation,
);

/// Mutations of accounts, prices, payments, and who goes to collect them.
#[derive(Default, MergedObject)]
pub struct MoneyMutation(
    account::AccountMutation,
    collection_round::CollectionRoundMutation,
    payment::PaymentMutation,
    payment_export::PaymentExportMutation,
    receipt::ReceiptMutation,
    tariff::TariffMutation,
);

/// Mutations of bills and of the months they are booked in.
#[derive(Default, MergedObject)]
pub struct BillsMutation(
    MasterMutation,
    billing::BillingMutation,
    billing::CorrectionMutation,
    billing::MoveOutMutation,
);

/// Mutations about the charging system beside us.
#[derive(Default, MergedObject)]
pub struct MasterMutation(
    billing_master::BillingMasterMutation,
    reading_export::ReadingExportMutation,
    shared_allocation::SharedAllocationMutation,
);

/// Mutations of tills, the bank's statement, and what campuses owe each other.
#[derive(Default, MergedObject)]
pub struct CashDeskMutation(
    bank_line::BankLineMutation,
    clearing::ClearingMutation,
    receipt_stock::ReceiptStockMutation,
    till::TillMutation,
    transfer_claim::TransferClaimMutation,
);

/// Mutations of customers, staff and the campuses they belong to.
#[derive(Default, MergedObject)]
pub struct PeopleMutation(
    binding::BindingMutation,
    campus::CampusMutation,
    customer::CustomerMutation,
    staff::RoleMutation,
    staff::StaffMutation,
    viewer::SecondFactorMutation,
    viewer::ViewerMutation,
    viewer::WechatMutation,
);

/// Mutations of what people ask of the centre and what it tells them.
#[derive(Default, MergedObject)]
pub struct ServiceRootMutation(
    bulletin::BulletinMutation,
    bulletin::OutageMutation,
    service::CaseMutation,
    service::VisitMutation,
);

/// Root of all subscriptions.
#[derive(Default, MergedSubscription)]
pub struct Subscription(
    billing::BillingSubscription,
    binding::BindingSubscription,
    bulletin::OutageSubscription,
    collector::CollectorSubscription,
    import_batch::ImportBatchSubscription,
    insight::InsightSubscription,
    reading::PhotoCheckSubscription,
    reading::ReadingSubscription,
    reading_round::ReadingRoundSubscription,
    service::CaseSubscription,
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
    .extension(Reach)
    // Bounds the work of the parser and of the checks before ours.
    .limit_recursive_depth(32)
    .limit_directives(4)
    // Ours is lower; this one makes the number be computed.
    .limit_complexity(usize::MAX)
}
