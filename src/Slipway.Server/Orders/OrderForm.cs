using System.Text;
using Microsoft.AspNetCore.WebUtilities;
using Slipway.Blueprints;

namespace Slipway.Server.Orders;

/// <summary>What a customer filled in.</summary>
internal sealed record OrderForm(string Key, string? Location, IReadOnlyDictionary<string, string> Secrets)
{
    public const string SecretPrefix = "secret.";
    private const string ContentType = "application/x-www-form-urlencoded";
    private const int MaximumBody = 128 * 1024;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Why a form is not even looked at; null if it may be. Other sites may not send any, and a browser says who does.</summary>
    public static Page? Refuse(HttpRequest request) =>
        request.Headers["Sec-Fetch-Site"].ToString() is "cross-site" or "same-site"
            ? Page.Refused(StatusCodes.Status403Forbidden, "Not from here", "This form was sent by another site. Open our page and send it from there.")
        : request.ContentType is { } type && !type.Split(';')[0].Trim().Equals(ContentType, StringComparison.OrdinalIgnoreCase)
            ? Page.Refused(StatusCodes.Status415UnsupportedMediaType, "Not a form", "Only the form on our page can be sent here.")
        : null;

    /// <summary>Reads a form whole, or says why it cannot be one of ours.</summary>
    public static async Task<(OrderForm? Form, Page? Refusal)> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (Refuse(request) is { } refusal)
        {
            return (null, refusal);
        }

        if (await RawBody.ReadAsync(request, MaximumBody, cancellationToken) is not { } body)
        {
            return (null, Page.Refused(StatusCodes.Status413PayloadTooLarge, "Too much", $"A form has at most {MaximumBody / 1024} KiB."));
        }

        return Parse(body) is { } form
            ? (form, null)
            : (null, Page.Refused(StatusCodes.Status400BadRequest, "Not our form", "What was sent is not the form on our page. Open the page again and fill it in there."));
    }

    private static OrderForm? Parse(byte[] body)
    {
        try
        {
            var secrets = new Dictionary<string, string>(StringComparer.Ordinal);
            string? key = null, location = null;
            foreach (var (name, values) in QueryHelpers.ParseQuery(Strict.GetString(body)))
            {
                // Browsers end lines with CR LF, whatever the customer's file had.
                if (values is not [{ } value])
                {
                    return null;
                }

                switch (name)
                {
                    case "form":
                        key = value;
                        break;
                    case "location":
                        location = value.Length == 0 ? null : value;
                        break;
                    case not null when name.StartsWith(SecretPrefix, StringComparison.Ordinal):
                        secrets[name[SecretPrefix.Length..]] = value.Replace("\r\n", "\n", StringComparison.Ordinal);
                        break;
                    default:
                        return null;
                }
            }

            return key is null ? null : new OrderForm(key, location, secrets);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    /// <summary>What is wrong, by field; never what was entered.</summary>
    public IReadOnlyDictionary<string, string> Check(Blueprint blueprint)
    {
        var wrong = blueprint.ValidateSecrets(Secrets).ToDictionary(p => SecretPrefix + p.Name, p => p.Message + ".", StringComparer.Ordinal);
        if (Location is not null && !blueprint.Machine.Locations.Contains(Location, StringComparer.Ordinal))
        {
            wrong["location"] = "Choose one of these.";
        }

        return wrong;
    }
}
