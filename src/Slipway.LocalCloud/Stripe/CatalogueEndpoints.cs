namespace Slipway.LocalCloud.Stripe;

internal static class CatalogueEndpoints
{
    public static void MapCatalogue(this IEndpointRouteBuilder api)
    {
        api.MapPost("/products", async (HttpContext context, StripeAccount account, Catalogue catalogue) =>
        {
            var form = await StripeForm.ReadAsync(context);
            lock (account.Gate)
            {
                return TypedResults.Json(catalogue.CreateProduct(form), StripeJson.Wire.Product);
            }
        });
        api.MapGet("/products/{id}", (string id, StripeAccount account) =>
        {
            lock (account.Gate)
            {
                return TypedResults.Json(StripeAccount.Get(account.Products, id, "product"), StripeJson.Wire.Product);
            }
        });
        api.MapGet("/products", (HttpContext context, StripeAccount account) =>
        {
            lock (account.Gate)
            {
                return TypedResults.Json(
                    StripePage.Of(context.Request.Query, account.Products.Values.Reverse(), p => p.Id, "/v1/products"), StripeJson.Wire.StripeListProduct);
            }
        });
        api.MapPost("/prices", async (HttpContext context, StripeAccount account, Catalogue catalogue) =>
        {
            var form = await StripeForm.ReadAsync(context);
            lock (account.Gate)
            {
                return TypedResults.Json(catalogue.CreatePrice(form), StripeJson.Wire.Price);
            }
        });
        api.MapGet("/prices/{id}", (string id, StripeAccount account) =>
        {
            lock (account.Gate)
            {
                return TypedResults.Json(StripeAccount.Get(account.Prices, id, "price"), StripeJson.Wire.Price);
            }
        });
        api.MapGet("/prices", (HttpContext context, StripeAccount account) =>
        {
            var query = context.Request.Query;
            var keys = query["lookup_keys[]"];
            lock (account.Gate)
            {
                return TypedResults.Json(
                    StripePage.Of(
                        query,
                        account.Prices.Values.Reverse().Where(p => StripePage.Wants(query, "product", p.Product) && (keys.Count == 0 || keys.Contains(p.LookupKey))),
                        p => p.Id, "/v1/prices"),
                    StripeJson.Wire.StripeListPrice);
            }
        });
    }
}
