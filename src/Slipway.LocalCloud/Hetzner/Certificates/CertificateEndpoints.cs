using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Slipway.LocalCloud.Hetzner;

internal static class CertificateEndpoints
{
    public static void MapCertificates(this IEndpointRouteBuilder api)
    {
        var project = api.ServiceProvider.GetRequiredService<HetznerProject>();
        var kind = new ResourceKind<Certificate>(
            "certificates", "certificate", p => p.Certificates,
            (certificate, status) => TypedResults.Json(
                new CertificateAnswer(certificate.View(project)), HetznerJson.Wire.CertificateAnswer, statusCode: status),
            (all, meta) => TypedResults.Json(
                new CertificatesAnswer(all.Select(c => c.View(project)).ToList(), meta), HetznerJson.Wire.CertificatesAnswer))
        {
            Query = query => query.Filter("type", c => c.Pem is null ? "managed" : "uploaded"),
            Delete = certificate =>
            {
                if (project.LoadBalancers.Values.Any(b => b.Uses(certificate.Id)))
                {
                    throw new HetznerFault(422, "resource_in_use", $"certificate with ID {certificate.Id} is still in use");
                }
            },
        };
        api.MapResource(kind);
        api.MapPost("/certificates", (HttpContext context, HetznerProject here) => CreateAsync(context, kind, here));
        api.MapPost("/certificates/{id:long}/actions/retry", (long id) =>
        {
            lock (project.Gate)
            {
                var certificate = kind.Find(project, id);
                return certificate.Pem is null
                    ? ServerActionEndpoints.Answer(project.DoneAction("issue_certificate", kind.Reference(certificate)), 201)
                    : throw HetznerFault.Unsupported("only a managed certificate can be tried again");
            }
        });
    }

    private static async Task<IResult> CreateAsync(HttpContext context, ResourceKind<Certificate> kind, HetznerProject project)
    {
        var request = await HetznerRequest.ReadAsync(context, HetznerJson.Wire.CreateCertificate);
        LabelRules.Check(request.Labels);
        var name = kind.CheckName(request.Name);
        var uploaded = request.Type switch
        {
            null or "uploaded" => true,
            "managed" => false,
            _ => throw HetznerFault.InvalidField("type", "Must be one of: uploaded, managed."),
        };
        if (!uploaded && request.DomainNames is not { Count: > 0 })
        {
            throw HetznerFault.InvalidField("domain_names", "Missing data for required field.");
        }

        var read = uploaded ? Check(request) : ((DateTimeOffset, DateTimeOffset, IReadOnlyList<string>, string)?)null;
        lock (project.Gate)
        {
            kind.CheckUnique(project, name);
            var certificate = new Certificate
            {
                Id = project.NextId(),
                Name = name,
                Created = project.Now,
                Labels = request.Labels ?? [],
                Pem = uploaded ? request.Certificate : null,
                NotValidBefore = read?.Item1,
                NotValidAfter = read?.Item2,
                DomainNames = read?.Item3 ?? request.DomainNames!,
                Fingerprint = read?.Item4,
            };
            project.Certificates.Add(certificate.Id, certificate);
            var action = uploaded ? null : project.DoneAction("create_certificate", kind.Reference(certificate));
            return TypedResults.Json(
                new CreateCertificateAnswer(certificate.View(project), action), HetznerJson.Wire.CreateCertificateAnswer, statusCode: 201);
        }
    }

    private static (DateTimeOffset, DateTimeOffset, IReadOnlyList<string>, string) Check(CreateCertificate request)
    {
        try
        {
            // The key is looked at and not kept.
            using var pair = X509Certificate2.CreateFromPem(request.Certificate, request.PrivateKey);
            return Certificate.Read(request.Certificate!);
        }
        catch (Exception wrong) when (wrong is CryptographicException or ArgumentException)
        {
            throw HetznerFault.InvalidField("certificate", "Must be a PEM certificate with the private key that belongs to it.");
        }
    }
}
