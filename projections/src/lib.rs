//! What is shown: one folder per read model, named after the screen or report it serves.

pub mod account_statement;
pub mod audit_trail;
pub mod bank_lines;
pub mod bill_reconciliations;
pub mod billing_masters;
pub mod billing_months;
pub mod billing_runs;
pub mod binding_queue;
pub mod bulletin;
pub mod campus_clearing;
pub mod collection_rounds;
pub mod collectors;
pub mod connectors;
pub mod device_orders;
pub mod directory;
pub mod equipment;
pub mod evidence;
#[cfg(test)]
mod fixture;
pub mod gateway_orders;
pub mod gateway_statements;
pub mod historic_usage;
pub mod import_profiles;
pub mod imports;
pub mod insight;
pub mod intervals;
pub mod ledger;
pub mod messages;
pub mod meter_card;
pub mod meter_labels;
pub mod meter_mappings;
pub mod meter_tree;
pub mod metering_points;
pub mod outages;
pub mod paging;
pub mod payments;
pub mod payroll;
pub mod personal;
pub mod photo_checks;
pub mod prepaid;
pub mod reach;
pub mod reading_books;
pub mod reading_exports;
pub mod reading_review;
pub mod receipt_stock;
pub mod receipts;
pub mod refunds;
pub mod replacements;
pub mod report_templates;
pub mod roles;
mod rows;
pub mod self_read_campaigns;
pub mod service_cases;
pub mod session_log;
pub mod shared_allocations;
pub mod sorting;
#[cfg(test)]
mod story;
pub mod tariffs;
pub mod tills;
pub mod transfer_claims;
pub mod unpaid_notices;
pub mod unread_meters;
pub mod usage_history;
pub mod validation_rules;
pub mod visits;
pub mod waivers;

use std::sync::Arc;

use chaobiao_eventstore::{EventStore, Projector};

/// Every read model of a store, for the daemon to keep.
pub fn all(store: &EventStore) -> Vec<Arc<dyn Projector>> {
    vec![
        Arc::new(account_statement::AccountStatementProjector),
        Arc::new(bill_reconciliations::BillReconciliationsProjector),
        Arc::new(billing_masters::BillingMastersProjector),
        Arc::new(billing_months::BillingMonthsProjector),
        Arc::new(billing_runs::BillingRunsProjector),
        Arc::new(bank_lines::BankLinesProjector),
        Arc::new(campus_clearing::CampusClearingProjector),
        Arc::new(connectors::ConnectorsProjector),
        Arc::new(collection_rounds::CollectionRoundsProjector),
        Arc::new(collectors::CollectorsProjector),
        Arc::new(device_orders::DeviceOrdersProjector),
        Arc::new(equipment::EquipmentProjector),
        Arc::new(gateway_orders::GatewayOrdersProjector),
        Arc::new(gateway_statements::GatewayStatementsProjector),
        Arc::new(historic_usage::HistoricUsageProjector),
        Arc::new(import_profiles::ImportProfilesProjector),
        Arc::new(imports::ImportsProjector),
        Arc::new(intervals::IntervalsProjector),
        Arc::new(ledger::LedgerProjector),
        Arc::new(messages::MessagesProjector),
        Arc::new(meter_card::MeterCardProjector),
        Arc::new(meter_labels::MeterLabelsProjector),
        Arc::new(bulletin::BulletinProjector),
        Arc::new(outages::OutagesProjector),
        Arc::new(meter_mappings::MeterMappingsProjector),
        Arc::new(meter_tree::MeterTreeProjector),
        Arc::new(metering_points::MeteringPointsProjector),
        Arc::new(payments::PaymentsProjector),
        Arc::new(payroll::PayrollProjector),
        Arc::new(reading_books::ReadingBooksProjector),
        Arc::new(photo_checks::PhotoChecksProjector),
        Arc::new(reading_exports::ReadingExportsProjector),
        Arc::new(reading_review::ReadingReviewProjector),
        Arc::new(prepaid::PrepaidProjector),
        Arc::new(receipt_stock::ReceiptStockProjector),
        Arc::new(receipts::ReceiptsProjector),
        Arc::new(refunds::RefundsProjector),
        Arc::new(replacements::ReplacementsProjector),
        Arc::new(report_templates::ReportTemplatesProjector),
        Arc::new(roles::RolesProjector),
        Arc::new(self_read_campaigns::SelfReadCampaignsProjector),
        Arc::new(session_log::SessionLogProjector),
        Arc::new(service_cases::ServiceCasesProjector),
        Arc::new(shared_allocations::SharedAllocationsProjector),
        Arc::new(tariffs::TariffsProjector),
        Arc::new(tills::TillsProjector),
        Arc::new(transfer_claims::TransferClaimsProjector),
        Arc::new(unpaid_notices::UnpaidNoticesProjector),
        Arc::new(unread_meters::UnreadMetersProjector),
        Arc::new(usage_history::UsageHistoryProjector),
        Arc::new(validation_rules::ValidationRulesProjector),
        Arc::new(visits::VisitsProjector),
        Arc::new(waivers::WaiversProjector),
        Arc::new(audit_trail::AuditTrailProjector),
        Arc::new(binding_queue::BindingQueueProjector),
        Arc::new(directory::DirectoryProjector::new(store)),
    ]
}
