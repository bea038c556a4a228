//! A university that does not exist, with people who do not either.

use super::draw::Draws;

pub(super) const UNIVERSITY: &str = "云麓大学";

/// Id, name, contact, and how many in a hundred of all meters.
pub(super) const CAMPUSES: [(&str, &str, &str, usize); 4] = [
    (
        "donghu",
        "东湖校区",
        "东湖校区水电中心 1 号楼大厅，内线 8101",
        40,
    ),
    ("beishan", "北山校区", "北山校区后勤楼 102，内线 8201", 30),
    (
        "nanjiang",
        "南江校区",
        "南江校区综合楼 B 座一层，内线 8301",
        20,
    ),
    ("xiyuan", "西苑校区", "西苑校区物业服务站，内线 8401", 10),
];

pub(super) const STUDENT_HALLS: [&str; 6] = ["梅园", "兰园", "竹园", "菊园", "榕园", "杏园"];
pub(super) const STAFF_HALLS: [&str; 3] = ["青年公寓", "博士后公寓", "教工公寓"];
pub(super) const QUARTERS: [&str; 5] = ["樱园小区", "桂园小区", "松园小区", "柳园小区", "荷园小区"];

/// Departments with their buildings.
pub(super) const DEPARTMENTS: [(&str, &str); 20] = [
    ("后勤保障部", "后勤楼"),
    ("第一食堂", "第一食堂"),
    ("图书馆", "图书馆"),
    ("物理学院", "物理实验楼"),
    ("化学学院", "化学实验楼"),
    ("校医院", "校医院"),
    ("信息中心", "信息楼"),
    ("体育部", "体育馆"),
    ("附属幼儿园", "幼儿园"),
    ("机械工程学院", "机械楼"),
    ("第二食堂", "第二食堂"),
    ("生命科学学院", "生科楼"),
    ("教务处", "行政楼"),
    ("土木工程学院", "结构实验室"),
    ("艺术学院", "艺术楼"),
    ("附属小学", "附属小学"),
    ("学术交流中心", "交流中心"),
    ("浴室管理站", "学生浴室"),
    ("外国语学院", "外语楼"),
    ("继续教育学院", "继教楼"),
];

const SURNAMES: [&str; 40] = [
    "王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "胡", "朱", "高", "林",
    "何", "郭", "马", "罗", "梁", "宋", "郑", "谢", "韩", "唐", "冯", "于", "董", "萧", "程", "曹",
    "袁", "邓", "许", "傅", "沈", "曾", "彭", "欧阳",
];
const GIVEN: [&str; 48] = [
    "伟", "芳", "娜", "敏", "静", "丽", "强", "磊", "洋", "勇", "艳", "杰", "涛", "明", "超",
    "秀兰", "霞", "平", "刚", "桂英", "建国", "建华", "志强", "海燕", "雪梅", "国庆", "晓东",
    "春华", "玉兰", "文博", "子涵", "雨桐", "浩然", "欣怡", "思远", "嘉宁", "俊杰", "梦洁", "天宇",
    "佳怡", "一鸣", "若溪", "景行", "书瑶", "红梅", "德福", "淑珍", "永康",
];

pub(super) fn person(draws: &mut Draws) -> String {
    format!("{}{}", draws.pick(&SURNAMES), draws.pick(&GIVEN))
}

/// Mobile numbers that show what they are by their zeros.
pub(super) fn phone(serial: usize) -> String {
    format!("1990{:07}", serial % 10_000_000)
}
