using System.Net.Http.Headers;
using System.Reflection;

namespace Slipway.Hetzner.Http;

/// <summary>Puts the token and the user agent on every request.</summary>
internal sealed class AuthorizationHandler(string token, string? application) : DelegatingHandler
{
    public static readonly string Version =
        typeof(AuthorizationHandler).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()
            ?.InformationalVersion.Split('+')[0] ?? "0";

    private readonly AuthenticationHeaderValue _authorization = new("Bearer", token);
    private readonly string _userAgent = $"{application} slipway-hetzner/{Version}".TrimStart();

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Headers.Authorization = _authorization;
        request.Headers.Remove("User-Agent");
        request.Headers.TryAddWithoutValidation("User-Agent", _userAgent);
        return base.SendAsync(request, cancellationToken);
    }
}
