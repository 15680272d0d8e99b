namespace Slipway.Server;

/// <summary>The environment variables operators know from elsewhere, as the settings they mean.</summary>
internal static class FamiliarNames
{
    private static readonly Dictionary<string, string> Settings = new(StringComparer.Ordinal)
    {
        ["HETZNER_API_TOKEN"] = "Hetzner:Token",
        ["TAILSCALE_OAUTH_CLIENT_ID"] = "Tailscale:ClientId",
        ["TAILSCALE_OAUTH_CLIENT_SECRET"] = "Tailscale:ClientSecret",
        ["STRIPE_SECRET_KEY"] = "Stripe:ApiKey",
        ["STRIPE_WEBHOOK_SECRET"] = "Stripe:WebhookSecrets:0",
        ["GITHUB_CALLBACK_SECRET"] = "GitHub:CallbackSecrets:0",
        ["SLIPWAY_MASTER_KEY"] = "Secrets:MasterKey",
    };

    public static void AddFamiliarNames(this ConfigurationManager configuration) => configuration.AddInMemoryCollection(
        from setting in Settings
        let value = Environment.GetEnvironmentVariable(setting.Key)
        where !string.IsNullOrEmpty(value)
        select new KeyValuePair<string, string?>(setting.Value, value));
}
