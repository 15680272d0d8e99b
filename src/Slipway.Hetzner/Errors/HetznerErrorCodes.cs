namespace Slipway.Hetzner;

/// <summary>
/// Error codes worth branching on. The set is open: the API sends codes that are in no list, so compare strings and keep a default.
/// Source: Hetzner's OpenAPI document and the constants of hcloud-go.
/// </summary>
public static class HetznerErrorCodes
{
    /// <summary>401: the token is missing or wrong.</summary>
    public const string Unauthorized = "unauthorized";

    /// <summary>The token may only read.</summary>
    public const string TokenReadonly = "token_readonly";

    /// <summary>403: not permitted.</summary>
    public const string Forbidden = "forbidden";

    /// <summary>404: no such resource or route.</summary>
    public const string NotFound = "not_found";

    /// <summary>422: a field is wrong; see <see cref="HetznerErrorDetails.Fields"/>.</summary>
    public const string InvalidInput = "invalid_input";

    /// <summary>400: the request was not valid JSON.</summary>
    public const string JsonError = "json_error";

    /// <summary>409: a name or a key is taken. Look the resource up; never try other names in a loop.</summary>
    public const string UniquenessError = "uniqueness_error";

    /// <summary>409: the resource changed meanwhile; nothing was done and a retry is safe.</summary>
    public const string Conflict = "conflict";

    /// <summary>423: another action holds the resource.</summary>
    public const string Locked = "locked";

    /// <summary>423: deletion or rebuild protection is on.</summary>
    public const string Protected = "protected";

    /// <summary>412: sold out or closed, here and now. Try another location or server type.</summary>
    public const string ResourceUnavailable = "resource_unavailable";

    /// <summary>403: the project's quota is used up; see <see cref="HetznerErrorDetails.Limits"/>.</summary>
    public const string ResourceLimitExceeded = "resource_limit_exceeded";

    /// <summary>422: something still uses the resource, for instance a firewall still applied to a server.</summary>
    public const string ResourceInUse = "resource_in_use";

    /// <summary>429: the project's request budget is empty; it refills by about one request a second.</summary>
    public const string RateLimitExceeded = "rate_limit_exceeded";

    /// <summary>The server could not be placed, for instance by its placement group.</summary>
    public const string PlacementError = "placement_error";

    /// <summary>The server must be off for this.</summary>
    public const string ServerNotStopped = "server_not_stopped";

    /// <summary>410: the endpoint is gone; see <see cref="HetznerErrorDetails.Announcement"/>.</summary>
    public const string DeprecatedApiEndpoint = "deprecated_api_endpoint";

    /// <summary>The service is being maintained; nothing was done.</summary>
    public const string Maintenance = "maintenance";

    /// <summary>500: a fault inside the service.</summary>
    public const string ServerError = "server_error";

    /// <summary>A fault inside the service.</summary>
    public const string ServiceError = "service_error";

    /// <summary>Hetzner does not say what went wrong.</summary>
    public const string UnknownError = "unknown_error";

    /// <summary>503: the service is not there right now.</summary>
    public const string Unavailable = "unavailable";

    /// <summary>502: a proxy got no usable answer.</summary>
    public const string BadGateway = "bad_gateway";

    /// <summary>No answer in time: 504 from Hetzner, or this client's own <see cref="HetznerOptions.RequestTimeout"/> (then without a status).</summary>
    public const string Timeout = "timeout";

    /// <summary>This client's own: no connection, or it broke. <see cref="HetznerException.IsOutcomeUnknown"/> says whether the request may have arrived.</summary>
    public const string ConnectionFailed = "connection_failed";

    /// <summary>This client's own: the answer was not what the API promises, such as an HTML page with status 200.</summary>
    public const string InvalidResponse = "invalid_response";
}
