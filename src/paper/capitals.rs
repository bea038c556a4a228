//! Amounts as receipts and cheques have them.

use chaobiao_domain::units::Fen;

/// 人民币大写, as receipts and cheques have it: `壹万陆仟肆佰零玖元零贰分`.
/// Source: 支付结算办法, annex 1 (正确填写票据和结算凭证的基本规定).
pub(super) fn in_capitals(amount: Fen) -> String {
    const DIGITS: [char; 10] = ['零', '壹', '贰', '叁', '肆', '伍', '陆', '柒', '捌', '玖'];
    const PLACES: [&str; 4] = ["", "拾", "佰", "仟"];
    const SECTIONS: [&str; 5] = ["", "万", "亿", "万亿", "亿亿"];
    let digit = |of: u8| DIGITS[usize::from(of % 10)];
    let fen = amount.value().unsigned_abs();
    let mut text = String::new();
    let (mut zero, mut section) = (false, false);
    let yuan = (fen / 100).to_string();
    for (at, letter) in yuan.bytes().enumerate() {
        let place = yuan.len() - 1 - at;
        match letter - b'0' {
            0 => zero = true,
            value => {
                if zero && !text.is_empty() {
                    text.push('零');
                }
                zero = false;
                section = true;
                text.push(digit(value));
                text.push_str(PLACES[place % 4]);
            }
        }
        if place.is_multiple_of(4) && section {
            text.push_str(SECTIONS[place / 4]);
            section = false;
        }
    }
    if !text.is_empty() {
        text.push('元');
    }
    // What is left of a yuan has two digits.
    let rest = u8::try_from(fen % 100).unwrap_or_default();
    match (rest / 10, rest % 10) {
        (0, 0) if text.is_empty() => text.push_str("零元整"),
        (0, 0) => text.push('整'),
        (jiao, 0) => text.extend([digit(jiao), '角', '整']),
        (0, fen) if text.is_empty() => text.extend([digit(fen), '分']),
        (0, fen) => text.extend(['零', digit(fen), '分']),
        (jiao, fen) => text.extend([digit(jiao), '角', digit(fen), '分']),
    }
    if amount.is_negative() {
        text.insert(0, '负');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_written_as_the_rules_for_bills_have_them() {
        for (fen, capitals) in [
            (0, "零元整"),
            (5, "伍分"),
            (50, "伍角整"),
            (100, "壹元整"),
            (1_000, "壹拾元整"),
            (140_950, "壹仟肆佰零玖元伍角整"),
            (600_714, "陆仟零柒元壹角肆分"),
            (1_640_902, "壹万陆仟肆佰零玖元零贰分"),
            (32_504, "叁佰贰拾伍元零肆分"),
            (10_700_053, "壹拾万零柒仟元伍角叁分"),
            (10_000_000_000, "壹亿元整"),
            (10_000_001_000, "壹亿零壹拾元整"),
            (100_010_000_000, "壹拾亿零壹拾万元整"),
            (-11_363, "负壹佰壹拾叁元陆角叁分"),
        ] {
            assert_eq!(in_capitals(Fen::new(fen)), capitals, "{fen}");
        }
    }

    /// Reads an amount back, by what each character stands for.
    fn read(text: &str) -> u64 {
        let (mut total, mut section, mut digit) = (0, 0, 0);
        for letter in text.chars() {
            match letter {
                '拾' => (section, digit) = (section + digit * 10, 0),
                '佰' => (section, digit) = (section + digit * 100, 0),
                '仟' => (section, digit) = (section + digit * 1_000, 0),
                '万' => (total, section, digit) = (total + (section + digit) * 10_000, 0, 0),
                '亿' => (total, section, digit) = ((total + section + digit) * 100_000_000, 0, 0),
                '元' => (total, section, digit) = ((total + section + digit) * 100, 0, 0),
                '角' => (total, digit) = (total + digit * 10, 0),
                '分' => (total, digit) = (total + digit, 0),
                '整' => {}
                numeral => {
                    digit = "零壹贰叁肆伍陆柒捌玖"
                        .chars()
                        .zip(0..)
                        .find_map(|(known, value)| (known == numeral).then_some(value))
                        .unwrap();
                }
            }
        }
        total
    }

    proptest::proptest! {
        #[test]
        fn what_is_written_reads_as_the_same_amount(fen in 0_u64..1_000_000_000_000) {
            let amount = Fen::new(i64::try_from(fen).unwrap());
            proptest::prop_assert_eq!(read(&in_capitals(amount)), fen);
        }
    }
}
