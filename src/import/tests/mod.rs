mod files;
mod rows;
mod values;
