mod files;
mod profiles;
mod rows;
mod values;
