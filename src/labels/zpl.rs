//! ZPL II, as label printers understand it: bars and square are the printer's own.

use std::fmt::Write as _;

use super::Layout;

/// Numbers are letters, digits and `- _ . /`: nothing in them is a command to a printer.
pub(super) fn write(labels: &[Layout]) -> String {
    let mut zpl = String::new();
    for label in labels {
        // Writing to a string cannot fail.
        let _ = write_label(&mut zpl, label);
    }
    zpl
}

fn write_label(zpl: &mut String, label: &Layout) -> std::fmt::Result {
    let number = &label.number;
    writeln!(zpl, "^XA^PW{}^LL{}^LH0,0^CI28", label.width, label.height)?;
    if let Some(bars) = label.bars {
        writeln!(
            zpl,
            "^FO{},{}^BY{},2,{}^BCN,{},N,N,N,A^FD{number}^FS",
            bars.x, bars.y, bars.step, bars.height, bars.height
        )?;
    }
    // The printer leaves no quiet zone of its own, so its square begins where ours does.
    let square = label.square;
    writeln!(
        zpl,
        "^FO{},{}^BQN,2,{}^FDMA,{number}^FS",
        square.x,
        square.y,
        square.step.min(10)
    )?;
    for line in &label.lines {
        let top = line.y.saturating_sub(line.size);
        writeln!(
            zpl,
            "^FO{},{top}^A0N,{},{}^FD{}^FS",
            line.x, line.size, line.size, line.text
        )?;
    }
    writeln!(zpl, "^PQ1^XZ")
}
