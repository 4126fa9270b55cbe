//! From verified credentials to the one tenant they belong to.

use crate::config::{CertificateMapping, Tenant};
use crate::jwt::Verified;
use casemate_core::principal::{Scope, Scopes};
use casemate_core::{Reason, Subject, TenantId};
use std::collections::{BTreeMap, HashMap};

/// The mappings of all tenants.
#[derive(Debug)]
pub(super) struct Tenants {
    certificates: Vec<(TenantId, Vec<CertificateMapping>)>,
    /// By claim, by value: the tenants, of which there must be one.
    tokens: BTreeMap<String, HashMap<String, Vec<TenantId>>>,
}

impl Tenants {
    /// The mappings; those of tokens only for `issuer`.
    pub(super) fn new(tenants: &BTreeMap<TenantId, Tenant>, issuer: Option<&str>) -> Self {
        let certificates = tenants.iter().map(|(id, tenant)| (id.clone(), tenant.certificates.clone())).collect();
        let mut tokens: BTreeMap<String, HashMap<String, Vec<TenantId>>> = BTreeMap::new();
        for (id, tenant) in tenants {
            for mapping in tenant.tokens.iter().filter(|mapping| Some(mapping.issuer.as_str()) == issuer) {
                tokens
                    .entry(mapping.claim.clone())
                    .or_default()
                    .entry(mapping.value.clone())
                    .or_default()
                    .push(id.clone());
            }
        }
        Self { certificates, tokens }
    }

    /// The claims that name tenants.
    pub(super) fn claims(&self) -> impl Iterator<Item = String> {
        self.tokens.keys().cloned()
    }

    /// The tenant of a certificate's identity, and what its mappings grant.
    pub(super) fn of_certificate(&self, identity: &Subject) -> Result<(TenantId, Scopes), Reason> {
        let matches = |mapping: &&CertificateMapping| mapping.san.matches(identity.as_str());
        let mut tenants = self.certificates.iter().filter(|(_, all)| all.iter().any(|mapping| matches(&mapping)));
        let (id, all) = match (tenants.next(), tenants.next()) {
            (Some(tenant), None) => tenant,
            (Some(_), Some(_)) => return Err(Reason::TenantConflict),
            (None, _) => return Err(Reason::TenantUnknown),
        };
        let granted = |scope: &Scope| all.iter().filter(matches).any(|mapping| mapping.scopes.has(*scope));
        Ok((id.clone(), Scope::ALL.into_iter().filter(granted).collect()))
    }

    /// The tenant that a token's claims name.
    pub(super) fn of_token(&self, token: &Verified) -> Result<TenantId, Reason> {
        let named = self.tokens.iter().filter_map(|(claim, values)| values.get(token.claims.get(claim)?)).flatten();
        let mut tenants: Vec<_> = named.collect();
        tenants.sort_unstable();
        tenants.dedup();
        match tenants.as_slice() {
            [] => Err(Reason::TenantUnknown),
            [tenant] => Ok((*tenant).clone()),
            _ => Err(Reason::TenantConflict),
        }
    }
}
