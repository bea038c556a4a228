//! Who works at the centre.

use chaobiao_domain::staff::Role;

use super::draw::Draws;

/// One invented member of staff.
#[derive(Clone, Copy, Debug)]
pub(super) struct Person {
    pub(super) login: &'static str,
    pub(super) name: &'static str,
    pub(super) position: &'static str,
    pub(super) role: Role,
    /// Index of the campus; the centre's own people have none.
    pub(super) campus: Option<usize>,
    /// Gets a password, which is printed.
    pub(super) signs_in: bool,
}

const fn person(
    login: &'static str,
    name: &'static str,
    position: &'static str,
    role: Role,
    campus: Option<usize>,
    signs_in: bool,
) -> Person {
    Person {
        login,
        name,
        position,
        role,
        campus,
        signs_in,
    }
}

pub(super) const ADMIN: Person = person("fang.jing", "方静", "系统管理员", Role::Admin, None, true);
pub(super) const MANAGER: Person = person(
    "lu.zhiyuan",
    "陆志远",
    "用能管理科科长",
    Role::Manager,
    None,
    true,
);
/// Approves what [`MANAGER`] asked for.
pub(super) const SECOND_MANAGER: Person = person(
    "shen.yun",
    "沈云",
    "用能管理科副科长",
    Role::Manager,
    None,
    true,
);
pub(super) const FINANCE: Person = person("qiu.min", "邱敏", "财务会计", Role::Finance, None, true);
pub(super) const AUDITOR: Person = person("yan.zheng", "严正", "审计员", Role::Auditor, None, true);
pub(super) const TECHNICIAN: Person = person(
    "tie.shan",
    "铁山",
    "外线班班长",
    Role::Technician,
    None,
    true,
);

/// Approves what [`ADMIN`] proposes of roles.
const SECOND_ADMIN: Person = person("lin.sen", "林森", "信息化专员", Role::Admin, None, true);

/// One of each a campus.
pub(super) const READERS: [Person; 4] = [
    person("jiang.bo", "江波", "抄表员", Role::Reader, Some(0), true),
    person("mu.chun", "穆春", "抄表员", Role::Reader, Some(1), false),
    person("bai.ling", "白凌", "抄表员", Role::Reader, Some(2), false),
    person("ou.yang", "欧阳晴", "抄表员", Role::Reader, Some(3), false),
];
pub(super) const CASHIERS: [Person; 4] = [
    person("qian.duo", "钱多", "收费员", Role::Cashier, Some(0), true),
    person("hua.nian", "华年", "收费员", Role::Cashier, Some(1), false),
    person("wen.xin", "温馨", "收费员", Role::Cashier, Some(2), false),
    person("shi.lei", "石磊", "收费员", Role::Cashier, Some(3), false),
];

pub(super) fn all() -> impl Iterator<Item = Person> {
    [ADMIN, MANAGER, SECOND_MANAGER, FINANCE, AUDITOR, TECHNICIAN]
        .into_iter()
        .chain(READERS)
        .chain(CASHIERS)
        .chain([SECOND_ADMIN])
}

/// The same seed gives the same passwords: they open invented data, and must be printable again.
pub(super) fn password(seed: u64, login: &str) -> String {
    const SIGNS: &[u8] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let mut draws = Draws::new(seed, &format!("password/{login}"));
    let mut group = || -> String { (0..4).map(|_| char::from(*draws.pick(SIGNS))).collect() };
    format!("{}-{}-{}", group(), group(), group())
}
