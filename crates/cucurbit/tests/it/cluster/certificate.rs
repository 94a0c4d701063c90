//! Certificates made for a test: authorities, and what they sign.

use rcgen::{BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair};

/// A certificate and its key, as text (PEM).
#[derive(Clone)]
pub(crate) struct Certificate {
    pub(crate) certificate: String,
    pub(crate) key: String,
}

/// Who signs certificates.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    /// Its own certificate.
    pub(crate) own: Certificate,
}

impl Authority {
    pub(crate) fn new(name: &str) -> Self {
        let (wanted, key) = (authority(name), KeyPair::generate().unwrap());
        let certificate = wanted.self_signed(&key).unwrap().pem();
        Self::of(wanted, key, certificate)
    }

    /// Makes an authority that signs on behalf of this one.
    pub(crate) fn deputy(&self, name: &str) -> Self {
        let (wanted, key) = (authority(name), KeyPair::generate().unwrap());
        let certificate = wanted.signed_by(&key, &self.issuer).unwrap().pem();
        Self::of(wanted, key, certificate)
    }

    fn of(wanted: CertificateParams, key: KeyPair, certificate: String) -> Self {
        let own = Certificate { certificate, key: key.serialize_pem() };
        Self { issuer: Issuer::new(wanted, key), own }
    }

    /// Signs a certificate for hosts (names or IP addresses), or for a client, which has none.
    pub(crate) fn sign(&self, name: &str, hosts: &[&str]) -> Certificate {
        self.sign_as(name, hosts, |_| {})
    }

    /// Signs a certificate of which the test says more.
    pub(crate) fn sign_as(
        &self,
        name: &str,
        hosts: &[&str],
        change: impl FnOnce(&mut CertificateParams),
    ) -> Certificate {
        let mut wanted = wanted(name, hosts);
        change(&mut wanted);
        let key = KeyPair::generate().unwrap();
        let certificate = wanted.signed_by(&key, &self.issuer).unwrap().pem();
        Certificate { certificate, key: key.serialize_pem() }
    }
}

fn authority(name: &str) -> CertificateParams {
    let mut wanted = wanted(name, &[]);
    wanted.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    wanted
}

fn wanted(name: &str, hosts: &[&str]) -> CertificateParams {
    let mut wanted =
        CertificateParams::new(hosts.iter().map(ToString::to_string).collect::<Vec<_>>()).unwrap();
    wanted.distinguished_name.push(DnType::CommonName, name);
    wanted.extended_key_usages =
        vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
    wanted
}
