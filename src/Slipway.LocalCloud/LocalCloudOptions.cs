using System.Globalization;
using Slipway.LocalCloud.Clock;

namespace Slipway.LocalCloud;

/// <summary>What LocalCloud is told at start: each property is <c>--kebab-case-name</c> on the command line.</summary>
public sealed class LocalCloudOptions
{
    /// <summary>Where to listen; several addresses are separated by <c>;</c>. Port 0 takes a free one.</summary>
    public string Urls { get; set; } = "http://127.0.0.1:8700";

    /// <summary>The machine driver: <c>simulated</c> or <c>nspawn</c>.</summary>
    public string Machines { get; set; } = "simulated";

    /// <summary>How time runs: <c>real</c>, <c>scaled:60</c>, or <c>stepped</c>, which may name its start: <c>stepped:2026-11-21T09:00:00Z</c>.</summary>
    public string Clock { get; set; } = "real";

    /// <summary>The only API token the modelled Hetzner project accepts.</summary>
    public string HetznerToken { get; set; } = "local-hetzner-token";

    /// <summary>Requests per hour and project; the bucket refills continuously.</summary>
    public int RateLimit { get; set; } = 3600;

    /// <summary>Locations on offer, comma separated; empty means all of Hetzner's.</summary>
    public string Locations { get; set; } = "";

    /// <summary>The day whose Hetzner API this is; null is the newest one. Earlier days bring back what was removed since.</summary>
    public DateOnly? ApiDate { get; set; }

    /// <summary>How many servers the project may have; null is without a limit.</summary>
    public int? ServerLimit { get; set; }

    /// <summary>The OAuth client's id.</summary>
    public string TailscaleClientId { get; set; } = "local-client";

    /// <summary>The OAuth client's secret.</summary>
    public string TailscaleClientSecret { get; set; } = "local-secret";

    /// <summary>The OAuth client's scopes, separated by spaces; a token may ask for fewer.</summary>
    public string TailscaleClientScopes { get; set; } = "auth_keys devices:core devices:routes devices:posture_attributes";

    /// <summary>The OAuth client's tags, comma separated: the only ones its keys and devices may get; empty is any.</summary>
    public string TailscaleClientTags { get; set; } = "";

    /// <summary>What a used single-use key is afterwards: <c>gone</c> (404) or <c>invalid</c>.</summary>
    public string TailscaleUsedKeys { get; set; } = "gone";

    /// <summary>Devices get 100.77.&lt;octet&gt;.n, and the octets above it when that is full.</summary>
    public int TailscaleOctet { get; set; } = 64;

    /// <summary>The only token the modelled GitHub accepts.</summary>
    public string GitHubToken { get; set; } = "local-github-token";

    /// <summary>The only secret key the modelled Stripe accepts.</summary>
    public string StripeApiKey { get; set; } = "sk_test_local";

    /// <summary>Signs webhooks.</summary>
    public string StripeWebhookSecret { get; set; } = "whsec_local";

    /// <summary>Where webhooks go; empty keeps them undelivered.</summary>
    public string StripeWebhookUrl { get; set; } = "";

    /// <summary>How long a simulated machine takes to be created.</summary>
    public TimeSpan CreateTime { get; set; } = TimeSpan.FromMilliseconds(300);

    /// <summary>How long a simulated machine takes to start or to shut down.</summary>
    public TimeSpan StartTime { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>How long a started simulated machine takes until it answers and its first boot reports.</summary>
    public TimeSpan BootTime { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Loopback ports of this computer that real machines may reach, comma separated on the command line: the control plane's.</summary>
    public IReadOnlyList<int> Expose { get; set; } = [];

    /// <summary>The directory where everything is kept, to be there again after a restart; empty keeps nothing.</summary>
    public string State { get; set; } = "";

    /// <summary>Where a driver with disks keeps them while it runs.</summary>
    public string StateDirectory { get; set; } = "";

    /// <summary>Reads <c>--rate-limit</c> and its like; refuses what it does not know, naming every mistake at once.</summary>
    /// <exception cref="LocalCloudOptionsException">An option is unknown or malformed.</exception>
    public static LocalCloudOptions Read(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var options = new LocalCloudOptions();
        var mistakes = new List<string>();
        var known = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        Text("urls", v => options.Urls = v);
        Text("machines", v => options.Machines = v);
        Text("clock", v => options.Clock = ClockSetting.Parse(v) is null ? Complain($"--clock is '{v}'; give real, scaled:60, stepped or stepped:2026-11-21T09:00:00Z.", options.Clock) : v);
        Text("hetzner-token", v => options.HetznerToken = v);
        Number("rate-limit", 1, int.MaxValue, v => options.RateLimit = v);
        Text("locations", v => options.Locations = v);
        Date("api-date", v => options.ApiDate = v);
        Number("server-limit", 0, int.MaxValue, v => options.ServerLimit = v);
        Text("tailscale-client-id", v => options.TailscaleClientId = v);
        Text("tailscale-client-secret", v => options.TailscaleClientSecret = v);
        Text("tailscale-client-scopes", v => options.TailscaleClientScopes = v);
        Text("tailscale-client-tags", v => options.TailscaleClientTags = v);
        Text("tailscale-used-keys", v => options.TailscaleUsedKeys = v is "gone" or "invalid" ? v : Complain($"--tailscale-used-keys is '{v}'; give gone or invalid.", "gone"));
        Text("github-token", v => options.GitHubToken = v);
        Number("tailscale-octet", 0, 255, v => options.TailscaleOctet = v);
        Text("stripe-api-key", v => options.StripeApiKey = v);
        Text("stripe-webhook-secret", v => options.StripeWebhookSecret = v);
        Text("stripe-webhook-url", v => options.StripeWebhookUrl = v);
        Duration("create-time", v => options.CreateTime = v);
        Duration("start-time", v => options.StartTime = v);
        Duration("boot-time", v => options.BootTime = v);
        Numbers("expose", v => options.Expose = v);
        Text("state-directory", v => options.StateDirectory = v);
        Text("state", v => options.State = v.Trim().Length == 0 || File.Exists(v) ? Complain($"--state is '{v}'; give a directory, which need not exist yet.", "") : v);
        mistakes.AddRange(configuration.AsEnumerable()
            .Where(pair => !known.Contains(pair.Key)).Select(pair => $"--{pair.Key} is not an option; see the README."));
        return mistakes.Count == 0 ? options : throw new LocalCloudOptionsException(string.Join(Environment.NewLine, mistakes));

        string Complain(string mistake, string kept)
        {
            mistakes.Add(mistake);
            return kept;
        }

        string? Value(string key)
        {
            known.Add(key);
            return configuration[key];
        }

        void Text(string key, Action<string> set)
        {
            if (Value(key) is { } value)
            {
                set(value);
            }
        }

        void Number(string key, int least, int most, Action<int> set)
        {
            if (Value(key) is not { } value)
            {
                return;
            }

            if (int.TryParse(value, out var number) && number >= least && number <= most)
            {
                set(number);
            }
            else
            {
                mistakes.Add($"--{key} is '{value}'; give a whole number from {least} to {most}.");
            }
        }

        void Numbers(string key, Action<IReadOnlyList<int>> set)
        {
            var numbers = new List<int>();
            foreach (var part in Value(key)?.Split(',') ?? [])
            {
                if (int.TryParse(part, out var number) && number is > 0 and < 65536)
                {
                    numbers.Add(number);
                }
                else
                {
                    mistakes.Add($"--{key} has '{part}'; give ports, comma separated.");
                }
            }

            set(numbers);
        }

        void Date(string key, Action<DateOnly> set)
        {
            if (Value(key) is not { } value)
            {
                return;
            }

            if (DateOnly.TryParseExact(value, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date))
            {
                set(date);
            }
            else
            {
                mistakes.Add($"--{key} is '{value}'; give a day as 2026-06-30.");
            }
        }

        void Duration(string key, Action<TimeSpan> set)
        {
            if (Value(key) is not { } value)
            {
                return;
            }

            if (int.TryParse(value, out var milliseconds) && milliseconds >= 0)
            {
                set(TimeSpan.FromMilliseconds(milliseconds));
            }
            else
            {
                mistakes.Add($"--{key} is '{value}'; give milliseconds as a whole number.");
            }
        }
    }
}

/// <summary>LocalCloud was told something it does not know; the message names every mistake, a line each.</summary>
public sealed class LocalCloudOptionsException(string message) : Exception(message);
