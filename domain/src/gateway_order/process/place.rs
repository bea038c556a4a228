//! Placing an order, and giving it to the gateway.

use std::collections::BTreeSet;

use chaobiao_decision::{Actor, CommandContext, Process, Stop, Workspace};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::settle::method;
use super::{GatewayOrderChanged, changed};
use crate::account::{Account, ChargeScheme};
use crate::customer::Customer;
use crate::gateway_order::aggregate::GatewayOrder;
use crate::gateway_order::command::GatewayOrderCommand;
use crate::gateway_order::error::GatewayOrderError;
use crate::gateway_order::event::{CallOutcome, GatewayChannel, OrderPlaced};
use crate::gateway_order::record::OrderStatus;
use crate::payment::{Booking, PaymentError, late_fees};
use crate::units::{AccountNo, BillNo, CustomerId, Fen, GatewayOrderNo, business_date};

/// Until when an order can be paid, as `UnionPay` advises.
const TIME_TO_PAY: TimeDelta = TimeDelta::minutes(15);
/// Twelve digits of fen are written at most.
const AMOUNT_MAX: Fen = Fen::new(999_999_999_999);

/// A customer asks to pay bills of accounts of theirs at a gateway (R27, R92).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PlaceGatewayOrder {
    pub channel: GatewayChannel,
    /// Our number at that gateway; `None` where it is not set up.
    pub merchant: Option<String>,
    pub accounts: Vec<AccountNo>,
    /// Pays only these; none means all that are open.
    pub bills: Vec<BillNo>,
    /// 充值: puts this on one prepaid account instead, whatever is open there.
    #[serde(default)]
    pub top_up: Option<Fen>,
}

impl PlaceGatewayOrder {
    /// The bills to be paid, and how much is asked for.
    fn wanted(
        &self,
        accounts: &[AccountNo],
        on: NaiveDate,
        workspace: &mut Workspace,
    ) -> Result<(Vec<BillNo>, Fen), Stop> {
        let wanted = match self.top_up {
            Some(amount) => (Vec::new(), self.check_top_up(accounts, amount, workspace)?),
            None => self.open_bills(accounts, on, workspace)?,
        };
        if wanted.1 > AMOUNT_MAX {
            return Err(GatewayOrderError::AmountTooLarge(AMOUNT_MAX).into());
        }
        Ok(wanted)
    }

    fn check_top_up(
        &self,
        accounts: &[AccountNo],
        amount: Fen,
        workspace: &mut Workspace,
    ) -> Result<Fen, Stop> {
        let ([account_no], []) = (accounts, self.bills.as_slice()) else {
            return Err(GatewayOrderError::TopUpOfSeveral.into());
        };
        let account = workspace.get::<Account>(account_no.as_str())?;
        if account.opened(account_no)?.scheme().kind() != ChargeScheme::Prepaid {
            return Err(GatewayOrderError::TopUpPostpaid(account_no.clone()).into());
        }
        if !amount.is_positive() {
            return Err(PaymentError::NotPositive.into());
        }
        Ok(amount)
    }

    fn all_accounts(&self) -> Result<Vec<AccountNo>, PaymentError> {
        Booking {
            bills: self.bills.clone(),
            ..Booking::new(method(self.channel), Fen::ZERO, self.accounts.clone())
        }
        .all_accounts()
    }

    /// The bills to be paid and what is open of them together, with what paying late costs by today.
    fn open_bills(
        &self,
        accounts: &[AccountNo],
        on: NaiveDate,
        workspace: &mut Workspace,
    ) -> Result<(Vec<BillNo>, Fen), Stop> {
        let mut wanted: BTreeSet<&BillNo> = self.bills.iter().collect();
        let everything = wanted.is_empty();
        let (mut bills, mut amounts, mut found) = (Vec::new(), Vec::new(), Vec::new());
        for account_no in accounts {
            let account = workspace.get::<Account>(account_no.as_str())?;
            let account = account
                .opened(account_no)
                .map_err(|_| PaymentError::AccountUnknown(account_no.clone()))?;
            for bill in account.ledger().open_bills() {
                if everything || wanted.remove(&bill.bill_no) {
                    bills.push(bill.bill_no.clone());
                    found.push((account_no, bill.bill_no.clone()));
                    amounts.push(bill.open());
                }
            }
            let paid = wanted.iter().find(|no| account.ledger().bill(no).is_some());
            if let Some(paid) = paid {
                return Err(PaymentError::BillNotOpen((*paid).clone()).into());
            }
        }
        if let Some(unknown) = wanted.into_iter().next() {
            return Err(PaymentError::BillUnknown(unknown.clone()).into());
        }
        let found = found
            .iter()
            .map(|(account_no, bill_no)| (*account_no, bill_no));
        amounts.extend(late_fees(found, on, workspace)?.into_values());
        let amount = Fen::checked_sum(amounts).ok_or(GatewayOrderError::Overflow)?;
        if !amount.is_positive() {
            return Err(PaymentError::NothingOpen.into());
        }
        Ok((bills, amount))
    }
}

impl Process for PlaceGatewayOrder {
    const NAME: &'static str = "gateway_order.place";
    type Outcome = GatewayOrderChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<GatewayOrderChanged, Stop> {
        let merchant = self.merchant.clone();
        let merchant = merchant.ok_or(GatewayOrderError::NotConfigured)?;
        let Actor::Customer(customer_id) = &context.actor else {
            return Err(GatewayOrderError::NotCustomer.into());
        };
        let customer_id =
            CustomerId::try_new(customer_id).map_err(|error| Stop::Corrupt(error.to_string()))?;
        let accounts = self.all_accounts()?;
        Stop::join([
            workspace.need::<Customer>([customer_id.to_string()]),
            workspace.need::<Account>(accounts.iter().map(ToString::to_string)),
        ])?;
        let customer = workspace.get::<Customer>(customer_id.as_str())?;
        if let Some(foreign) = accounts.iter().find(|no| !customer.may_use(no)) {
            return Err(GatewayOrderError::AccountNotBound(foreign.clone()).into());
        }
        let openid = customer.record()?.openid().cloned();
        if self.channel == GatewayChannel::WechatPay && openid.is_none() {
            return Err(GatewayOrderError::WechatNotLinked.into());
        }
        let (bills, amount) = self.wanted(&accounts, business_date(context.at), workspace)?;
        let first = workspace.get::<Account>(accounts[0].as_str())?;
        let campus = first.opened(&accounts[0])?.campus.clone();
        let order_no = context.derive_id("gateway_order").simple().to_string();
        let order_no =
            GatewayOrderNo::try_new(order_no).map_err(|error| Stop::Corrupt(error.to_string()))?;
        let placed = OrderPlaced {
            order_no: order_no.clone(),
            channel: self.channel,
            merchant,
            customer_id,
            accounts,
            bills,
            amount,
            campus,
            placed_at: context.at,
            expires_at: context.at + TIME_TO_PAY,
            openid: openid.filter(|_| self.channel == GatewayChannel::WechatPay),
        };
        let command = GatewayOrderCommand::Place(placed);
        workspace.execute::<GatewayOrder>(order_no.as_str(), command)?;
        changed(&order_no, workspace)
    }
}

/// What a gateway has to be told of an order. Holds the payer's id there: for previews only, whose
/// outcome is not stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandOverDetails {
    pub order_no: GatewayOrderNo,
    pub channel: GatewayChannel,
    pub amount: Fen,
    pub accounts: Vec<AccountNo>,
    pub placed_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    pub openid: Option<String>,
    pub status: OrderStatus,
    /// The gateway's number of what was paid.
    pub transaction_id: Option<String>,
}

/// Looks up an order for a call to its gateway; changes nothing and is meant for previews.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OrderForCall {
    pub order_no: GatewayOrderNo,
}

impl Process for OrderForCall {
    const NAME: &'static str = "gateway_order.for_call";
    type Outcome = HandOverDetails;

    fn decide(
        &self,
        _context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<HandOverDetails, Stop> {
        let order = workspace.get::<GatewayOrder>(self.order_no.as_str())?;
        let order = order.placed(&self.order_no)?;
        let placed = &order.placed;
        let openid = placed.openid.as_ref().and_then(|openid| openid.value());
        Ok(HandOverDetails {
            order_no: self.order_no.clone(),
            channel: placed.channel,
            amount: placed.amount,
            accounts: placed.accounts.clone(),
            placed_at: placed.placed_at,
            expires_at: placed.expires_at,
            openid: openid.cloned(),
            status: order.status(),
            transaction_id: order.transaction().map(|(id, _)| id.to_owned()),
        })
    }
}

/// Notes what came of giving the order to the gateway.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NoteHandOver {
    pub order_no: GatewayOrderNo,
    pub outcome: CallOutcome,
    /// What the gateway calls it now, such as a prepay id.
    pub reference: Option<String>,
}

impl Process for NoteHandOver {
    const NAME: &'static str = "gateway_order.note_hand_over";
    type Outcome = GatewayOrderChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<GatewayOrderChanged, Stop> {
        let command = GatewayOrderCommand::NoteHandOver {
            outcome: self.outcome.clone(),
            reference: self.reference.clone(),
            at: context.at,
        };
        workspace.execute::<GatewayOrder>(self.order_no.as_str(), command)?;
        changed(&self.order_no, workspace)
    }
}
