using System.Globalization;
using Slipway.Blueprints;

namespace Slipway.Server.Orders;

/// <summary>The form that sells one blueprint. What a customer entered is never sent back to a browser, so after a mistake it is entered again.</summary>
internal static class OrderPage
{
    private static readonly IReadOnlyDictionary<string, string> Nothing = new Dictionary<string, string>(StringComparer.Ordinal);

    public static Page Of(Offer offer, OfferCatalog offers, string formKey, OrderForm? sent = null, IReadOnlyDictionary<string, string>? wrong = null, string? notice = null)
    {
        wrong ??= Nothing;
        var blueprint = offer.Blueprint;
        // What has no field of its own, such as a secret this blueprint does not have.
        var rest = wrong.Where(w => w.Key != "location" && blueprint.Secrets.All(s => OrderForm.SecretPrefix + s.Name != w.Key)).Select(w => w.Value);
        var told = notice is null ? rest : rest.Prepend(notice);
        if (wrong.Count > 0)
        {
            told = told.Prepend("Please correct what is marked below, and enter all values again: they are not sent back to you.");
        }

        return new Page(offer.Title, Html.Of($"""
            <h1>{offer.Title}</h1>
            <p>{blueprint.Description}</p>
            <p class="price" id="price">{offer.Price}</p>
            <p>A machine of your own: {blueprint.Machine.ServerType}, {blueprint.Machine.Image}. Nobody else uses it, and it is deleted with everything on it when you leave.</p>
            {Html.Join(told.Select(t => Html.Of($"<p class=\"notice wrong\" role=\"alert\">{t}</p>")))}
            <form method="post" action="/order/{blueprint.Name}" autocomplete="off">
            <input type="hidden" name="form" value="{formKey}">
            <label for="location">Where it runs</label>
            {Problem("location", wrong)}
            <select id="location" name="location">
            <option value="">Wherever there is room</option>
            {Html.Join(blueprint.Machine.Locations.Select(l => Html.Of($"<option value=\"{l}\"{(sent?.Location == l ? Html.Of($" selected") : Html.None)}>{offers.NameOf(l)}</option>")))}
            </select>
            {Html.Join(blueprint.Secrets.Select(s => Field(s, wrong)))}
            <button class="main" type="submit" id="order">Continue to payment</button>
            </form>
            <p class="hint">What you enter is encrypted before you pay, goes to your machine and nowhere else, and is erased if you do not pay.</p>
            """))
        {
            Status = notice is not null ? StatusCodes.Status400BadRequest : wrong.Count > 0 ? StatusCodes.Status422UnprocessableEntity : StatusCodes.Status200OK,
        };
    }

    private static Html Field(BlueprintSecret secret, IReadOnlyDictionary<string, string> wrong)
    {
        var name = OrderForm.SecretPrefix + secret.Name;
        var attributes = Html.Of($"""
            id="{name}" name="{name}" maxlength="{SecretValidation.MaximumLength.ToString(CultureInfo.InvariantCulture)}" autocomplete="off" spellcheck="false" aria-describedby="{name}.hint"{(secret.Required ? Html.Of($" required") : Html.None)}{(wrong.ContainsKey(name) ? Html.Of($" aria-invalid=\"true\"") : Html.None)}
            """);
        return Html.Of($"""
            <label for="{name}">{secret.Name}{(secret.Required ? "" : " (optional)")}</label>
            <p class="hint" id="{name}.hint">{secret.Description}{Rule(secret)}</p>
            {Problem(name, wrong)}
            {(secret.Example?.Contains('\n', StringComparison.Ordinal) == true ? Html.Of($"<textarea rows=\"6\" {attributes}></textarea>") : Html.Of($"<input type=\"password\" {attributes}>"))}
            """);
    }

    private static Html Rule(BlueprintSecret secret) => Html.Of(
        $"{(secret.Example is { Length: > 0 } example ? Html.Of($", for example <code>{example}</code>") : Html.None)}{(secret.Pattern is { } pattern ? Html.Of($". It matches <code>{pattern.Text}</code>") : Html.None)}");

    private static Html Problem(string field, IReadOnlyDictionary<string, string> wrong) =>
        wrong.TryGetValue(field, out var what) ? Html.Of($"<p class=\"hint wrong\" role=\"alert\">{what}</p>") : Html.None;
}
