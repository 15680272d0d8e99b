using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Slipway.Testing;

namespace Slipway.Judges.Tests.Hcloud;

/// <summary>The files that a transcript's commands name, in the directory they are typed in.</summary>
internal static class OrderPapers
{
    public const string PublicKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEYn35aL8f/lBPFb2NuaJE8hNXjv2ZcKmSZ4jxk7bhEA judge";

    public static async Task PlaceAsync(TemporaryDirectory directory)
    {
        await File.WriteAllTextAsync(directory.File("key.pub"), PublicKey + "\n");
        await File.WriteAllTextAsync(directory.File("user-data.yaml"), "#cloud-config\nhostname: web-1\n");
        await File.WriteAllTextAsync(directory.File("rules.json"), """
            [
              {"direction": "in", "protocol": "tcp", "port": "80-85", "source_ips": ["10.0.0.0/8"], "description": "web"},
              {"direction": "in", "protocol": "icmp", "source_ips": ["0.0.0.0/0", "::/0"]}
            ]
            """);
        await File.WriteAllTextAsync(directory.File("rules-out.json"), """
            [{"direction": "out", "protocol": "icmp", "destination_ips": ["0.0.0.0/0"]}]
            """);
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=example.com", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(
            new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2036, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await File.WriteAllTextAsync(directory.File("certificate.pem"), certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(directory.File("key.pem"), key.ExportPkcs8PrivateKeyPem());
    }
}
