namespace Slipway.Tests.Alerts;

internal static class TestWebhook
{
    /// <summary>The secret of the example in the Standard Webhooks libraries.</summary>
    public const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
}
