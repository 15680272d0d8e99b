namespace Slipway.LocalCloud.Stripe;

/// <summary>Products and prices; called with the account's lock held.</summary>
internal sealed class Catalogue(StripeAccount account)
{
    private const long UsualAmount = 2900;

    public Product CreateProduct(StripeForm form, string prefix = "")
    {
        string Name(string field) => prefix.Length == 0 ? field : $"{prefix}[{field}]";
        var product = new Product(
            form.Text(Name("id")) ?? StripeAccount.NewId("prod_", 14), "product", Active: true, account.Now, form.Text(Name("description")), Livemode: false,
            form.Map(Name("metadata")), form.Required(Name("name")));
        if (!account.Products.TryAdd(product.Id, product))
        {
            throw new StripeFault(400, "Product already exists.", "resource_already_exists");
        }

        account.Tell("product.created", product, StripeJson.Wire.Product, null);
        return product;
    }

    public Price CreatePrice(StripeForm form, string prefix = "")
    {
        string Name(string field) => prefix.Length == 0 ? field : $"{prefix}[{field}]";
        var product = form.Text(Name("product")) is { } id
            ? StripeAccount.Get(account.Products, id, "product", Name("product"))
            : CreateProduct(form, Name("product_data"));
        var interval = form.OneOf(Name("recurring") + "[interval]", "day", "week", "month", "year");
        var price = new Price(
            StripeAccount.NewId("price_", 24), "price", Active: true, account.Now, form.Required(Name("currency")), Livemode: false,
            form.Text(Name("lookup_key")), form.Map(Name("metadata")), form.Text(Name("nickname")), product.Id,
            interval is null ? null : new Recurring(interval, (int)(form.Number(Name("recurring") + "[interval_count]") ?? 1), "licensed"),
            interval is null ? "one_time" : "recurring",
            form.Number(Name("unit_amount")) ?? throw StripeFault.Required(Name("unit_amount")));
        account.Prices.Add(price.Id, price);
        account.Tell("price.created", price, StripeJson.Wire.Price, null);
        return price;
    }

    /// <summary>The price a line names or describes. One nobody made is 29.00 EUR a month: a blueprint's price need not be set up here first.</summary>
    public Price PriceOf(StripeForm form, string line)
    {
        if (form.Text($"{line}[price]") is not { } id)
        {
            return form.Has($"{line}[price_data][currency]") ? CreatePrice(form, $"{line}[price_data]") : throw StripeFault.Required($"{line}[price]");
        }

        if (!account.Prices.TryGetValue(id, out var price))
        {
            price = new Price(
                id, "price", Active: true, account.Now, "eur", Livemode: false, null, new Dictionary<string, string>(), null, "prod_local",
                new Recurring("month", 1, "licensed"), "recurring", UsualAmount);
            account.Prices.Add(id, price);
        }

        return price;
    }
}
