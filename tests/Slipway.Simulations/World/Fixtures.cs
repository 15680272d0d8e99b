using Microsoft.Extensions.Configuration;
using Slipway.Blueprints;
using Slipway.Secrets;
using Slipway.Ssh;

namespace Slipway.Simulations;

/// <summary>What all worlds of a process share, because making it is slow and it never changes.</summary>
internal static class Fixtures
{
    public const string CustomerSecret = "customer-secret-6f1b9c0d2e4a";
    public const string WebhookSecret = "whsec_simulated";
    public const string HetznerToken = "hetzner-token-planted-0123456789";
    public const string TailscaleSecret = "tailscale-secret-planted-987654";
    public const string GitHubToken = "github-token-planted-0123456789";
    public const string CallbackSecret = "callback-secret-planted-0123456789";
    public const string Repository = "shop/agents";
    public const string Workflow = "provision-agent.yml";

    private static readonly Lazy<SshCertificateAuthority> LazyAuthority = new(() => OpenAuthorityAsync().GetAwaiter().GetResult());

    public static KeyRing Keys { get; } = KeyRing.Parse(Convert.ToBase64String([.. Enumerable.Range(1, 32).Select(i => (byte)i)]), "the simulations");

    public static SshCertificateAuthority Authority => LazyAuthority.Value;

    public static Blueprint Blueprint { get; } = Parse("tiny");

    /// <summary>The same, made by a workflow run at GitHub.</summary>
    public static Blueprint WorkflowBlueprint { get; } = Parse("tiny-by-workflow", "executor: github-actions");

    /// <summary>Another version, with another setup.</summary>
    public static Blueprint NewVersion { get; } = Version("Description=The second", "echo second");

    /// <summary>A version that does no agent any good.</summary>
    public static Blueprint BadVersion { get; } = Version("Description=simulated-unwell", "echo third");

    public static IReadOnlyList<Blueprint> Versions { get; } = [Blueprint, WorkflowBlueprint, NewVersion, BadVersion];

    public static IConfiguration Configuration { get; } = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
    {
        ["Hetzner:Token"] = HetznerToken,
        ["Hetzner:BaseUrl"] = "http://127.0.0.1:8700/v1/",
        ["Hetzner:UseSideChannel"] = "true",
        ["Tailscale:ClientId"] = "local-client",
        ["Tailscale:ClientSecret"] = TailscaleSecret,
        ["Tailscale:BaseUrl"] = "http://127.0.0.1:8700/",
        ["Stripe:ApiKey"] = "sk_test_local",
        ["Stripe:BaseUrl"] = "http://127.0.0.1:8700/stripe/",
        ["Stripe:WebhookSecrets:0"] = WebhookSecret,
        ["GitHub:Token"] = GitHubToken,
        ["GitHub:Repository"] = Repository,
        ["GitHub:CallbackSecrets:0"] = CallbackSecret,
        ["GitHub:BaseUrl"] = "http://127.0.0.1:8700/github/",
        ["Machines:PublicUrl"] = "http://control-plane.test/",
        ["Machines:ControlPlaneAddresses:0"] = "127.0.0.1/32",
    }).Build();

    public static ValueTask DisposeAsync() => LazyAuthority.IsValueCreated ? LazyAuthority.Value.DisposeAsync() : default;

    private static Blueprint Version(string description, string setup) => Parse("tiny", $"setup: {setup}", description);

    private static async Task<SshCertificateAuthority> OpenAuthorityAsync()
    {
        var options = new SshOptions();
        var pair = await SshCertificateAuthority.GenerateKeyAsync(options);
        return await SshCertificateAuthority.OpenAsync(pair.PrivateKey, options);
    }

    private static Blueprint Parse(string name, string more = "", string unit = "Description=The first") => BlueprintParser.Parse(
        $$$"""
        blueprint: {{{name}}}
        {{{more}}}
        description: As little as an agent can be
        machine:
          server_type: cx23
          image: debian-12
          locations: [fsn1, nbg1]
        user: agent
        repeatable_setup: true
        secrets:
          TOKEN:
            description: A token
        files:
          - path: /home/agent/.env
            content: |
              TOKEN={{ secrets.TOKEN }}
        unit:
          name: tiny
          text: |
            [Unit]
            {{{unit}}}
            [Service]
            User=agent
            ExecStart=/bin/true
            [Install]
            WantedBy=multi-user.target
        health:
          command: "true"
          timeout: 30s
          interval: 5s
        """,
        name + ".yaml");
}
