//! The product through its public interface, a server process or a command line a test: one
//! program, so that it is linked once.

mod anomalies;
mod bad_input;
mod bluetooth;
mod bulletin;
mod config;
mod demo;
mod due_times;
mod erasure;
mod export;
mod frame;
mod graphql_http;
mod import;
mod import_killed;
mod import_undo;
mod labels;
mod logs;
mod main_job;
mod master_key;
mod metering;
mod nodes;
mod on_site;
mod paper;
mod people;
mod photo;
mod profiles;
mod proofs;
mod rebuild;
mod rounds;
mod serve;
mod service;
mod simulate;
mod support;
mod tariff;
mod usage;
