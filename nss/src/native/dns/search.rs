//! Which names a name stands for, as glibc's `res_search` tries them.

use domain::base::Rtype;
use domain::base::iana::Rcode;

use super::message::Query;
use super::send::{Progress, Replies, Silence, send};
use super::{name, random};
use crate::native::outcome::{Miss, Reason, Status};
use crate::native::resolv_conf::Config;

/// MAXDNAME: no question is longer.
const MAX_TEXT: usize = 1025;

/// Why a question got no answer.
#[derive(Clone, Copy)]
struct Refusal {
    reason: Reason,
    /// No server sent anything of use.
    silence: Option<Silence>,
    server_failed: bool,
}

impl Refusal {
    const fn new(reason: Reason) -> Self {
        Self { reason, silence: None, server_failed: false }
    }

    fn miss(self) -> Miss {
        match self.silence {
            Some(Silence::NoDescriptor(errno)) => Miss::new(Status::Unavailable, Reason::Internal(errno)),
            Some(Silence::Refused | Silence::TimedOut) => Miss::new(Status::Unavailable, self.reason),
            Some(Silence::Broken) | None => Miss::new(Status::NotFound, self.reason),
        }
    }
}

/// Asks for the name as it stands and with the domains of the search list behind it, in the order that `ndots` tells,
/// until one of them has records.
pub(super) fn search(config: &Config, name: &[u8], types: &[Rtype]) -> Result<Replies, Miss> {
    let dots = name.iter().filter(|byte| **byte == b'.').count();
    let is_absolute = name.ends_with(b".");
    let mut as_is = None;
    if dots >= config.options.ndots || is_absolute {
        match ask(config, name, None, types) {
            Ok(replies) => return Ok(replies),
            Err(refusal) if is_absolute => return Err(refusal.miss()),
            Err(refusal) => as_is = Some(refusal),
        }
    }
    let (mut no_data, mut server_failed, mut root_on_list) = (false, false, false);
    let mut last = as_is.unwrap_or(Refusal::new(Reason::HostNotFound));
    if !is_absolute {
        for domain in &config.search {
            // Both an empty domain and one dot are the root.
            let domain = domain.strip_prefix(b".").unwrap_or(domain);
            root_on_list |= domain.is_empty();
            last = match ask(config, name, Some(domain), types) {
                Ok(replies) => return Ok(replies),
                Err(refusal) => refusal,
            };
            match last.reason {
                _ if last.silence == Some(Silence::Refused) => return Err(last.miss()),
                Reason::HostNotFound => {}
                Reason::NoData => no_data = true,
                Reason::TryAgain if last.server_failed => server_failed = true,
                _ => break,
            }
        }
    }
    let searched = !is_absolute && !config.search.is_empty();
    let may_be_top = dots > 0 || !searched || !config.options.no_tld_query;
    if as_is.is_none() && !root_on_list && may_be_top {
        match ask(config, name, None, types) {
            Ok(replies) => return Ok(replies),
            Err(refusal) => last = refusal,
        }
    }
    let reason = match as_is {
        Some(refusal) => refusal.reason,
        None if no_data => Reason::NoData,
        None if server_failed => Reason::TryAgain,
        None => last.reason,
    };
    Err(Refusal { reason, ..last }.miss())
}

/// Asks for one name and nothing else: what pointers are asked for with.
pub(super) fn query(config: &Config, name: &[u8], rtype: Rtype) -> Result<Replies, Miss> {
    ask(config, name, None, &[rtype]).map_err(Refusal::miss)
}

fn ask(config: &Config, name: &[u8], domain: Option<&[u8]>, types: &[Rtype]) -> Result<Replies, Refusal> {
    let full = match domain {
        Some(domain) => [name, domain].join(&b'.'),
        None => name.to_vec(),
    };
    if full.is_empty() || full.len() >= MAX_TEXT {
        return Err(Refusal::new(Reason::NoRecovery));
    }
    let question = name::parse(&full).ok_or(Refusal::new(Reason::NoRecovery))?;
    // With `no-aaaa`, the question for AAAA records alone becomes one for A records, so that a name that does not exist is
    // told from one that has no address of this kind.
    let masked = config.options.no_aaaa && types == [Rtype::AAAA];
    let types = if masked { &[Rtype::A] } else { types };
    let queries = random::ids().into_iter().zip(types);
    let queries = queries.map(|(id, rtype)| Query::new(id, &question, *rtype, &config.options));
    let queries: Vec<Query> = queries.collect::<Option<_>>().ok_or(Refusal::new(Reason::NoRecovery))?;
    let mut progress = Progress {
        one_by_one: config.options.single_request,
        reopen: config.options.single_request_reopen,
        ..Progress::default()
    };
    let replies = send(config, &queries, &mut progress).map_err(|silence| Refusal {
        reason: Reason::TryAgain,
        silence: Some(silence),
        server_failed: progress.rcode == Some(Rcode::SERVFAIL),
    })?;
    let present = || replies.iter().flatten();
    if !masked && present().any(|reply| reply.rcode() == Rcode::NOERROR && reply.answers() > 0) {
        return Ok(replies);
    }
    let failed = present().map(super::message::Reply::rcode).find(|rcode| *rcode != Rcode::NOERROR);
    let reason = match failed {
        None => Reason::NoData,
        Some(Rcode::NXDOMAIN) => Reason::HostNotFound,
        Some(Rcode::SERVFAIL) => Reason::TryAgain,
        Some(_) => Reason::NoRecovery,
    };
    Err(Refusal { server_failed: failed == Some(Rcode::SERVFAIL), ..Refusal::new(reason) })
}
