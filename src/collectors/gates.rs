//! The gateway with its doors open: where collectors come to, and how each kind says who it is.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use chaobiao_eventstore::Clock;
use chaobiao_gateway::link::{Door, Registration, serial};
use chaobiao_gateway::wrapper::Wrapper;
use chaobiao_gateway::wrapper::concentrator::Port;
use chaobiao_gateway::{CollectorId, Gateway, Limits, Observations, Plan};
use chrono::{DateTime, Utc};
use tokio::net::{TcpListener, UdpSocket};
use tokio::task::JoinHandle;

use super::desk::Run;
use super::forward;
use crate::config::{CollectorsConfig, ConfigError};

/// How soon a lost serial line is opened again.
const LINE_AGAIN: Duration = Duration::from_secs(5);

/// The store's clock, for the gateway.
struct GatewayClock(Arc<dyn Clock>);

impl chaobiao_gateway::time::Clock for GatewayClock {
    fn now(&self) -> DateTime<Utc> {
        self.0.now()
    }
}

/// See the module.
pub(super) struct Gates {
    pub(super) gateway: Gateway,
    pub(super) told: Observations,
    /// What runs until it is aborted.
    pub(super) doors: Vec<JoinHandle<()>>,
    /// Where collectors that say their name in letters are received.
    pub(super) listens: Option<SocketAddr>,
}

impl Gates {
    /// Nothing where no door is set up.
    pub(super) async fn open(
        config: &CollectorsConfig,
        clock: Arc<dyn Clock>,
        run: Run,
    ) -> Result<Option<Self>, ConfigError> {
        let (places, calls) = (places(config)?, calls(config)?);
        let hears_nobody = places.is_empty() && calls.is_empty() && config.serials.is_empty();
        if hears_nobody && config.listen_datagrams.is_none() && config.uplink_key_file.is_none() {
            return Ok(None);
        }
        // Any seed: it spreads rounds over their jitter.
        let seed = run.0.as_u64_pair().1;
        let clock = Arc::new(GatewayClock(clock));
        let (gateway, told) = Gateway::new(Limits::default(), clock, seed, Plan::default());
        let mut gates = Self {
            gateway,
            told,
            doors: Vec::new(),
            listens: None,
        };
        for (address, door) in places {
            let listener = listener(address).await?;
            if matches!(door.registration, Registration::Text(_)) {
                gates.listens = listener.local_addr().ok();
            }
            let gateway = gates.gateway.clone();
            let door = tokio::spawn(async move { gateway.listen(listener, door).await });
            gates.doors.push(door);
        }
        if let Some(address) = config.listen_datagrams {
            let socket = UdpSocket::bind(address).await;
            let socket = socket.map_err(ConfigError::io(address.to_string()))?;
            let gateway = gates.gateway.clone();
            let door = tokio::spawn(async move { gateway.listen_datagrams(socket).await });
            gates.doors.push(door);
        }
        for (id, address, door) in calls {
            let gateway = gates.gateway.clone();
            let door = tokio::spawn(async move { gateway.dial(address, id, door).await });
            gates.doors.push(door);
        }
        for text in &config.serials {
            let line = serial_line(text)?;
            let door = tokio::spawn(hold_line(gates.gateway.clone(), line));
            gates.doors.push(door);
        }
        for forward in forward::forwards(config)? {
            let listener = listener(forward.listen).await?;
            let door = tokio::spawn(forward.run(listener, gates.gateway.clone()));
            gates.doors.push(door);
        }
        Ok(Some(gates))
    }
}

pub(super) async fn listener(address: SocketAddr) -> Result<TcpListener, ConfigError> {
    let listener = TcpListener::bind(address).await;
    listener.map_err(ConfigError::io(address.to_string()))
}

fn wrapped(wrapper: Wrapper) -> Door {
    Door {
        wrapper,
        registration: Registration::Wrapped,
        ..Door::default()
    }
}

fn concentrator() -> Door {
    wrapped(Wrapper::Concentrator(Port::default()))
}

fn places(config: &CollectorsConfig) -> Result<Vec<(SocketAddr, Door)>, ConfigError> {
    let heartbeat = hex::decode(&config.heartbeat).map_err(|_| ConfigError::CollectorSetting {
        key: "collectors.heartbeat",
        wanted: "十六进制字节",
    })?;
    let bare = Door {
        registration: Registration::Text(config.registration_prefix.clone()),
        heartbeat,
        ..Door::default()
    };
    let doors = [
        (config.listen_bare, bare),
        (config.listen_concentrators, concentrator()),
        (config.listen_data_units, wrapped(Wrapper::DataUnit)),
    ];
    Ok(doors
        .into_iter()
        .filter_map(|(address, door)| Some((address?, door)))
        .collect())
}

type Call = (CollectorId, SocketAddr, Door);

fn calls(config: &CollectorsConfig) -> Result<Vec<Call>, ConfigError> {
    config.dials.iter().map(|text| call(text)).collect()
}

fn call(text: &str) -> Result<Call, ConfigError> {
    let wrong = || ConfigError::CollectorSetting {
        key: "collectors.dials",
        wanted: "采集器编号、地址，按规约封装时再加 concentrator、data_unit 或 bluetooth",
    };
    let words: Vec<&str> = text.split_whitespace().collect();
    let (id, address, kind) = match words.as_slice() {
        [id, address] => (id, address, None),
        [id, address, kind] => (id, address, Some(*kind)),
        _ => return Err(wrong()),
    };
    let id: CollectorId = id.parse().map_err(|_| wrong())?;
    let door = match kind {
        None => Door::default(),
        Some("concentrator") => concentrator(),
        Some("data_unit") => wrapped(Wrapper::DataUnit),
        Some("bluetooth") => bluetooth(&id)?,
        Some(_) => return Err(wrong()),
    };
    Ok((id, address.parse().map_err(|_| wrong())?, door))
}

/// A Bluetooth concentrator is named by its number; only whoever opens the line can know it.
fn bluetooth(id: &CollectorId) -> Result<Door, ConfigError> {
    let number = id.as_str().parse();
    let number = number.map_err(|_| ConfigError::CollectorSetting {
        key: "collectors.dials",
        wanted: "蓝牙集中器以其 12 位数字编号为采集器编号",
    })?;
    Ok(Door {
        wrapper: Wrapper::Bluetooth { number },
        ..Door::default()
    })
}

struct SerialLine {
    id: CollectorId,
    device: PathBuf,
    door: Door,
}

fn serial_line(text: &str) -> Result<SerialLine, ConfigError> {
    let wrong = || ConfigError::CollectorSetting {
        key: "collectors.serials",
        wanted: "采集器编号、串口设备文件，接蓝牙集中器时再加 bluetooth",
    };
    let (id, device) = text.trim().split_once(' ').ok_or_else(wrong)?;
    let id = id.parse().map_err(|_| wrong())?;
    let (device, door) = match device.trim().strip_suffix(" bluetooth") {
        Some(device) => (device, bluetooth(&id)?),
        None => (device, Door::default()),
    };
    let device = PathBuf::from(device.trim());
    Ok(SerialLine { id, device, door })
}

/// Opens a serial device again whenever it is lost: an adapter may be pulled out and put back.
async fn hold_line(gateway: Gateway, line: SerialLine) {
    let SerialLine { id, device, door } = line;
    loop {
        match serial::open(&device) {
            Ok(stream) => gateway.attach(stream, id.clone(), door.clone()).await,
            Err(error) => {
                tracing::warn!(device = %device.display(), %error, "no serial line");
            }
        }
        tokio::time::sleep(LINE_AGAIN).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_is_called_is_read_or_refused() {
        let (id, address, door) = call("DCU-03 10.20.0.7:4001").unwrap();
        assert_eq!((id.as_str(), address.port()), ("DCU-03", 4001));
        assert!(matches!(door.registration, Registration::Text(_)));
        let (.., door) = call(" DCU-03  10.20.0.7:4001 concentrator ").unwrap();
        assert!(matches!(door.wrapper, Wrapper::Concentrator(_)));
        let (.., door) = call("000000000042 10.20.0.7:4001 bluetooth").unwrap();
        assert!(matches!(door.wrapper, Wrapper::Bluetooth { .. }));
        for bad in [
            "",
            "DCU-03",
            "DCU-03 here",
            "D 127.0.0.1:1 else",
            "D 1:1 data_unit x",
            "DCU-03 127.0.0.1:1 bluetooth",
        ] {
            assert!(call(bad).is_err(), "{bad}");
        }
        let line = serial_line("DCU-04 /dev/ttyS1").unwrap();
        assert_eq!(
            (line.id.as_str(), line.device.to_str()),
            ("DCU-04", Some("/dev/ttyS1"))
        );
        let line = serial_line("000000000042 /dev/rfcomm0 bluetooth").unwrap();
        assert_eq!(line.device.to_str(), Some("/dev/rfcomm0"));
        assert!(matches!(line.door.wrapper, Wrapper::Bluetooth { .. }));
        assert!(serial_line("/dev/ttyS1").is_err());
        assert!(serial_line("DCU-04 /dev/rfcomm0 bluetooth").is_err());
    }
}
