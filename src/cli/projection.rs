//! Read models: how far they are, whether they equal their replay, and building them anew.

use std::sync::Arc;

use chaobiao_eventstore::operate::{
    self, Diff, Intent, Sides, TableComparison, Verification, consumers, sides,
};
use chaobiao_eventstore::{EventStore, Projector};
use clap::{Args, Subcommand};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use serde::Serialize;

use super::{CommandError, Context, output};

#[derive(Args, Debug)]
pub(super) struct Arguments {
    #[command(subcommand)]
    action: Action,
    /// 每行输出一个 JSON
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// 列出各读模型及策略的进度
    List,
    /// 从事件重放到另一模式并逐行比对；缺省核对全部
    Verify { names: Vec<String> },
    /// 在现用表之外另建一份备用表并追平；可随时中断，再次执行即继续；缺省全部
    Rebuild {
        names: Vec<String>,
        /// 只说明将要做什么
        #[arg(long)]
        dry_run: bool,
    },
    /// 逐行比较现用表与备用表；缺省为全部有备用表的
    Diff { names: Vec<String> },
    /// 以新建的备用表换下现用表（一个事务）；缺省为全部新建好的
    Swap {
        names: Vec<String>,
        /// 只说明将要做什么
        #[arg(long)]
        dry_run: bool,
        /// 备用表有搁置的事件也照换
        #[arg(long)]
        force: bool,
    },
    /// 换回先前的表；缺省为全部换下过的
    Undo {
        names: Vec<String>,
        /// 只说明将要做什么
        #[arg(long)]
        dry_run: bool,
    },
    /// 丢弃备用表；缺省全部
    Drop {
        names: Vec<String>,
        /// 只说明将要做什么
        #[arg(long)]
        dry_run: bool,
    },
}

impl Arguments {
    pub(super) async fn run(self, context: &Context) -> Result<(), CommandError> {
        let (config, database) = context.open().await?;
        let done = match context.core(&config, &database).await {
            Ok(core) => {
                let desk = Desk {
                    store: core.store,
                    json: self.json,
                };
                // Whatever was begun can be gone on with later.
                tokio::select! {
                    done = desk.run(self.action) => done,
                    _ = tokio::signal::ctrl_c() => {
                        Err("已中断；已完成的部分保留，再次执行即从断点继续".into())
                    }
                }
            }
            Err(error) => Err(error),
        };
        database.close().await;
        done
    }
}

struct Desk {
    store: EventStore,
    json: bool,
}

impl Desk {
    async fn run(&self, action: Action) -> Result<(), CommandError> {
        match action {
            Action::List => self.list().await,
            Action::Verify { names } => self.verify(&names).await,
            Action::Rebuild { names, dry_run } => {
                let chosen = chosen(&self.store, &names)?;
                if dry_run { self.plan(chosen).await } else { self.rebuild(chosen).await }
            }
            Action::Diff { names } => self.diff(&names).await,
            Action::Swap { names, dry_run, force } => {
                self.exchange(&names, Intent::Swap, dry_run, force).await
            }
            Action::Undo { names, dry_run } => {
                self.exchange(&names, Intent::Undo, dry_run, false).await
            }
            Action::Drop { names, dry_run } => self.drop(&names, dry_run).await,
        }
    }

    async fn list(&self) -> Result<(), CommandError> {
        for status in consumers(self.store.pool()).await? {
            self.say(&status, || {
                format!(
                    "{:<28} 版本 {:<3} {:<10} 位置 {:<10} 落后 {:<8} 搁置 {}{}",
                    status.name,
                    status.version,
                    status.state,
                    status.next_leaf,
                    status.lag,
                    status.parked,
                    if status.was_live { "（可换回）" } else { "" }
                )
            })?;
        }
        Ok(())
    }

    async fn verify(&self, names: &[String]) -> Result<(), CommandError> {
        let mut unequal = Vec::new();
        for projector in chosen(&self.store, names)? {
            let verification = operate::verify(&self.store, projector).await?;
            self.say(&verification, || verified(&verification))?;
            if !verification.is_equal() {
                unequal.push(verification.name);
            }
        }
        nothing_in(&unequal, "与重放不一致")
    }

    /// As many at once as leave most connections to others.
    async fn rebuild(&self, projectors: Vec<Arc<dyn Projector>>) -> Result<(), CommandError> {
        let connections = self.store.pool().options().get_max_connections();
        let at_once = usize::try_from(connections / 4)?.max(1);
        let mut built = stream::iter(projectors)
            .map(|projector| operate::build(&self.store, projector))
            .buffer_unordered(at_once);
        while let Some(built) = built.try_next().await? {
            let how = if built.resumed { "接续前次，" } else { "" };
            self.say(&built, || {
                format!("{}：{how}备用表已建至日志位置 {}", built.name, built.next_leaf)
            })?;
        }
        Ok(())
    }

    async fn plan(&self, projectors: Vec<Arc<dyn Projector>>) -> Result<(), CommandError> {
        for projector in projectors {
            let sides = sides(self.store.pool(), &*projector).await?;
            self.say(&sides, || {
                let from = match &sides.standby {
                    Some(side) if !side.was_live && side.version == projector.version() => {
                        side.next_leaf
                    }
                    _ => 0,
                };
                let (name, version) = (&sides.name, projector.version());
                format!("{name}：将建版本 {version}，从日志位置 {from} 到 {}", sides.sealed)
            })?;
        }
        Ok(())
    }

    async fn diff(&self, names: &[String]) -> Result<(), CommandError> {
        let mut unequal = Vec::new();
        for projector in self.beside(names, |_| true).await? {
            let diff = operate::diff(&self.store, projector).await?;
            self.say(&diff, || compared(&diff))?;
            if !diff.is_equal() {
                unequal.push(diff.name);
            }
        }
        nothing_in(&unequal, "现用表与备用表不一致")
    }

    async fn exchange(
        &self,
        names: &[String],
        intent: Intent,
        dry_run: bool,
        force: bool,
    ) -> Result<(), CommandError> {
        let back = intent == Intent::Undo;
        for projector in self.beside(names, |was_live| was_live == back).await? {
            if dry_run {
                let sides = sides(self.store.pool(), &*projector).await?;
                self.say(&sides, || exchange_plan(&sides))?;
                continue;
            }
            let done = operate::exchange(&self.store, projector, intent, force).await?;
            self.say(&done, || {
                let verb = if back { "已换回" } else { "已换上" };
                let (name, live) = (&done.name, &done.live);
                format!("{name}：{verb}版本 {}，日志位置 {}", live.version, live.next_leaf)
            })?;
        }
        Ok(())
    }

    async fn drop(&self, names: &[String], dry_run: bool) -> Result<(), CommandError> {
        for projector in self.beside(names, |_| true).await? {
            let sides = sides(self.store.pool(), &*projector).await?;
            if !dry_run {
                operate::drop_standby(&self.store, &*projector).await?;
            }
            let verb = if dry_run { "将丢弃" } else { "已丢弃" };
            self.say(&sides, || format!("{}：{verb}备用表", sides.name))?;
        }
        Ok(())
    }

    /// The named read models, or all those with standby rows of the wanted kind.
    async fn beside(
        &self,
        names: &[String],
        wanted: impl Fn(bool) -> bool,
    ) -> Result<Vec<Arc<dyn Projector>>, CommandError> {
        let mut projectors = chosen(&self.store, names)?;
        if names.is_empty() {
            let known = consumers(self.store.pool()).await?;
            projectors.retain(|projector| {
                let name = format!("standby:{}", projector.name());
                known.iter().any(|c| c.name == name && wanted(c.was_live))
            });
            if projectors.is_empty() {
                return Err("没有合适的备用表；先执行 projection rebuild".into());
            }
        }
        Ok(projectors)
    }

    fn say<T: Serialize>(
        &self,
        value: &T,
        text: impl FnOnce() -> String,
    ) -> Result<(), CommandError> {
        let line = if self.json { serde_json::to_string(value)? } else { text() };
        Ok(output::line(&line)?)
    }
}

fn nothing_in(unequal: &[String], message: &str) -> Result<(), CommandError> {
    if unequal.is_empty() { Ok(()) } else { Err(format!("{message}：{}", unequal.join("、")).into()) }
}

fn chosen(
    store: &EventStore,
    names: &[String],
) -> Result<Vec<Arc<dyn Projector>>, CommandError> {
    let all = chaobiao_projections::all(store);
    if let Some(unknown) = names.iter().find(|name| !all.iter().any(|p| p.name() == **name)) {
        let known: Vec<&str> = all.iter().map(|p| p.name()).collect();
        return Err(format!("没有读模型 {unknown}；现有：{}", known.join("、")).into());
    }
    let wanted = |name: &str| names.is_empty() || names.iter().any(|n| n == name);
    Ok(all.into_iter().filter(|p| wanted(p.name())).collect())
}

fn exchange_plan(sides: &Sides) -> String {
    let (name, live) = (&sides.name, &sides.live);
    let Some(standby) = &sides.standby else {
        return format!("{name}：没有备用表");
    };
    format!(
        "{name}：将以版本 {}（日志位置 {}，搁置 {}）换下版本 {}（日志位置 {}，搁置 {}）",
        standby.version,
        standby.next_leaf,
        standby.parked,
        live.version,
        live.next_leaf,
        live.parked
    )
}

fn verified(verification: &Verification) -> String {
    let end = format!("至日志位置 {}", verification.next_leaf);
    table_lines(&verification.name, &verification.tables, &end)
}

fn compared(diff: &Diff) -> String {
    let mut end = format!("现用至日志位置 {}，备用至 {}", diff.live_leaf, diff.standby_leaf);
    if !diff.aligned {
        end.push_str("；两侧位置不同，差异可能由此而来");
    }
    table_lines(&diff.name, &diff.tables, &end)
}

fn table_lines(name: &str, tables: &[TableComparison], end: &str) -> String {
    let mut lines = Vec::new();
    for table in tables {
        let verdict = if table.differences == 0 { "一致" } else { "不一致" };
        lines.push(format!(
            "{name} {}：{verdict}，{} 行，差异 {} 行（{end}）",
            table.table, table.rows, table.differences
        ));
        for example in &table.examples {
            lines.push(format!("  {} {}", example.kind.as_str(), example.key));
        }
    }
    lines.join("\n")
}
