using System.Security.Cryptography.X509Certificates;

namespace Slipway.LocalCloud.Hetzner;

/// <summary>A certificate for load balancers: one that was uploaded, or one Hetzner would have issued.</summary>
internal sealed class Certificate : NamedResource
{
    /// <summary>Null for a managed one: nobody issues it here.</summary>
    public required string? Pem { get; init; }

    public required DateTimeOffset? NotValidBefore { get; init; }

    public required DateTimeOffset? NotValidAfter { get; init; }

    public required IReadOnlyList<string> DomainNames { get; init; }

    public required string? Fingerprint { get; init; }

    public CertificateView View(HetznerProject project) => new(
        Id, Name, Labels, Pem is null ? "managed" : "uploaded", Pem, Created, NotValidBefore, NotValidAfter, DomainNames, Fingerprint,
        Pem is null ? new CertificateStatus("pending", "unavailable", Error: null) : null,
        project.LoadBalancers.Values.Where(b => b.Uses(Id)).Select(b => new ActionResource(b.Id, "load_balancer")).ToList());

    /// <summary>What a PEM says of itself.</summary>
    public static (DateTimeOffset From, DateTimeOffset To, IReadOnlyList<string> Names, string Fingerprint) Read(string pem)
    {
        using var certificate = X509Certificate2.CreateFromPem(pem);
        var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(e => e.EnumerateDnsNames()).ToList();
        var hash = certificate.GetCertHash(System.Security.Cryptography.HashAlgorithmName.SHA256);
        return (
            new DateTimeOffset(certificate.NotBefore), new DateTimeOffset(certificate.NotAfter),
            names.Count > 0 ? names : [certificate.GetNameInfo(X509NameType.DnsName, forIssuer: false)],
            string.Join(':', hash.Select(b => b.ToString("x2", null))));
    }
}

internal sealed record CertificateStatus(string Issuance, string Renewal, ActionError? Error);

internal sealed record CertificateView(
    long Id, string Name, IReadOnlyDictionary<string, string> Labels, string Type, string? Certificate, DateTimeOffset Created,
    DateTimeOffset? NotValidBefore, DateTimeOffset? NotValidAfter, IReadOnlyList<string> DomainNames, string? Fingerprint,
    CertificateStatus? Status, IReadOnlyList<ActionResource> UsedBy);

internal sealed record CreateCertificate(
    string? Name, string? Type, string? Certificate, string? PrivateKey, List<string>? DomainNames, Dictionary<string, string>? Labels)
{
    public override string ToString() => $"certificate {Name}";
}

internal sealed record CertificateAnswer(CertificateView Certificate);

internal sealed record CreateCertificateAnswer(CertificateView Certificate, HetznerAction? Action);

internal sealed record CertificatesAnswer(IReadOnlyList<CertificateView> Certificates, ListMeta Meta);
