namespace Slipway.Server.Orders;

/// <summary>The form that sells one blueprint. What a customer entered is never sent back to a browser, so after a mistake it is entered again.</summary>
internal static class OrderPage
{
    private static readonly IReadOnlyDictionary<string, string> Nothing = new Dictionary<string, string>(StringComparer.Ordinal);

    public static Page Of(Offer offer, OfferCatalog offers, string formKey, OrderForm? sent = null, IReadOnlyDictionary<string, string>? wrong = null, string? notice = null)
    {
        wrong ??= Nothing;
        var blueprint = offer.Blueprint;
        var rest = SecretField.WithoutField(blueprint, wrong.Where(w => w.Key != "location").ToDictionary(StringComparer.Ordinal));
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
            {SecretField.Problem("location", wrong)}
            <select id="location" name="location">
            <option value="">Wherever there is room</option>
            {Html.Join(blueprint.Machine.Locations.Select(l => Html.Of($"<option value=\"{l}\"{(sent?.Location == l ? Html.Of($" selected") : Html.None)}>{offers.NameOf(l)}</option>")))}
            </select>
            {Html.Join(blueprint.Secrets.Select(s => SecretField.Of(s, s.Required, s.Required ? "" : " (optional)", wrong)))}
            <button class="main" type="submit" id="order">Continue to payment</button>
            </form>
            <p class="hint">What you enter is encrypted before you pay, goes to your machine and nowhere else, and is erased if you do not pay.</p>
            """))
        {
            Status = notice is not null ? StatusCodes.Status400BadRequest : wrong.Count > 0 ? StatusCodes.Status422UnprocessableEntity : StatusCodes.Status200OK,
        };
    }
}
