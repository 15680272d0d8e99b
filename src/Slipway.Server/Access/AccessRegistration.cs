namespace Slipway.Server.Access;

internal static class AccessRegistration
{
    public static void AddAccess(this IServiceCollection services)
    {
        services.AddSingleton<ApiTokens>();
        services.AddSingleton<AuditTrail>();
        // The core only: AddAuthentication would also bring data protection, which writes keys to disk for cookies nobody has.
        services.AddAuthenticationCore(options =>
        {
            options.DefaultScheme = TokenAuthentication.SchemeName;
            options.AddScheme<TokenAuthentication>(TokenAuthentication.SchemeName, null);
        });
        services.AddWebEncoders();
        var authorization = services.AddAuthorizationBuilder();
        foreach (var scope in Scopes.All)
        {
            authorization.AddPolicy(scope, policy => policy.RequireClaim("scope", scope));
        }
    }

    /// <summary>The endpoint's authorisation decision: a token with this scope.</summary>
    public static TBuilder RequireScope<TBuilder>(this TBuilder builder, string scope)
        where TBuilder : IEndpointConventionBuilder => builder.RequireAuthorization(scope);
}
