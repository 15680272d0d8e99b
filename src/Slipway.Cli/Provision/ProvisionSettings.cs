using System.Globalization;

namespace Slipway.Cli.Provision;

/// <summary>What the workflow hands over in its environment.</summary>
internal sealed record ProvisionSettings(Uri CallbackUrl, long RunId, string CallbackSecret, string HetznerToken, string TailscaleClientId, string TailscaleClientSecret)
{
    public Uri? HetznerUrl { get; init; }

    public Uri? TailscaleUrl { get; init; }

    /// <summary>Where the run gets tokens that say who it is, and what it asks with; null without <c>id-token: write</c>.</summary>
    public (Uri Url, string Token)? IdTokens { get; init; }

    /// <summary>The file the run's outputs are written to; null outside of GitHub.</summary>
    public string? OutputFile { get; init; }

    /// <returns>Null when something is missing; all of it has been said then.</returns>
    public static ProvisionSettings? Read(CliEnvironment environment, string callback)
    {
        var problems = new List<string>();
        if (!Uri.TryCreate(callback, UriKind.Absolute, out var callbackUrl) || (callbackUrl.Scheme != "https" && !(callbackUrl.Scheme == "http" && callbackUrl.IsLoopback)))
        {
            problems.Add(Words.BadCallback);
        }

        var settings = new ProvisionSettings(
            callbackUrl!,
            long.TryParse(Needed("GITHUB_RUN_ID"), NumberStyles.None, CultureInfo.InvariantCulture, out var run) ? run : 0,
            Needed("GITHUB_CALLBACK_SECRET"),
            Needed("HETZNER_API_TOKEN"),
            environment.Variable("TAILSCALE_OAUTH_CLIENT_ID") ?? "",
            environment.Variable("TAILSCALE_OAUTH_CLIENT_SECRET") ?? "")
        {
            HetznerUrl = Address("HETZNER_API_URL"),
            TailscaleUrl = Address("TAILSCALE_API_URL"),
            IdTokens = Address("ACTIONS_ID_TOKEN_REQUEST_URL") is { } tokens && environment.Variable("ACTIONS_ID_TOKEN_REQUEST_TOKEN") is { Length: > 0 } request ? (tokens, request) : null,
            OutputFile = environment.Variable("GITHUB_OUTPUT") is { Length: > 0 } file ? file : null,
        };
        problems.ForEach(environment.Error.WriteLine);
        return problems.Count == 0 ? settings : null;

        string Needed(string name)
        {
            if (environment.Variable(name) is { Length: > 0 } value)
            {
                return value;
            }

            problems.Add(Words.VariableMissing(name));
            return "";
        }

        Uri? Address(string name) => environment.Variable(name) is { Length: > 0 } url ? new Uri(url) : null;
    }

    public override string ToString() => $"ProvisionSettings {{ RunId = {RunId} }}";
}
