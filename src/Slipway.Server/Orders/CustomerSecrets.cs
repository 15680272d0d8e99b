using Slipway.Agents;
using Slipway.Blueprints;
using Slipway.Secrets;
using Slipway.Server.Access;
using Slipway.Storage;

namespace Slipway.Server.Orders;

/// <summary>Other secrets for an agent that runs. What is left empty stays as it is, so nobody takes one away by not typing it.</summary>
internal static class CustomerSecrets
{
    private static readonly Dictionary<string, string> Nothing = new(StringComparer.Ordinal);

    public static void MapSecrets(this IEndpointRouteBuilder pages)
    {
        pages.MapGet("/orders/{link}/secrets", ShowAsync).RequireRateLimiting(RateLimits.Looks);
        pages.MapPost("/orders/{link}/secrets", ChangeAsync).RequireRateLimiting(RateLimits.Changes);
    }

    private static async Task<IResult> ShowAsync(string link, HttpContext http, OrderLinks links, CustomerViews views)
    {
        if (await links.FindAgentAsync(link, http.RequestAborted) is not { } id || await views.FindAsync(id, http.RequestAborted) is not { } view)
        {
            return Page.NotFound;
        }

        return view.CanChangeSecrets ? Form(view, link, links.NewForm(FormOf(id)), Nothing) : new SeeOther("/orders/" + link);
    }

    private static async Task<IResult> ChangeAsync(
        string link, HttpContext http, OrderLinks links, CustomerViews views, AgentLifecycle lifecycle, SecretStore secrets, AuditTrail audit, Database database)
    {
        var (form, refusal) = await OrderForm.ReadAsync(http.Request, http.RequestAborted);
        if (form is null)
        {
            return refusal!;
        }

        if (await links.FindAgentAsync(link, http.RequestAborted) is not { } id || await views.FindAsync(id, http.RequestAborted) is not { } view)
        {
            return Page.NotFound;
        }

        if (!links.IsForm(FormOf(id), form.Key))
        {
            return Form(view, link, links.NewForm(FormOf(id)), Nothing, "This form was open for too long, or is not ours. Here is a new one.", StatusCodes.Status400BadRequest);
        }

        var changes = form.Secrets.Where(s => s.Value.Length > 0).ToDictionary(s => s.Key, s => new Secret(s.Value), StringComparer.Ordinal);
        if (changes.Count == 0)
        {
            return Form(view, link, form.Key, Nothing, "Enter at least one new value.", StatusCodes.Status422UnprocessableEntity);
        }

        if (view.Blueprint.ValidateChange(await secrets.ReadAllAsync(id, http.RequestAborted), changes) is { Count: > 0 } problems)
        {
            var wrong = problems.ToDictionary(p => OrderForm.SecretPrefix + p.Name, p => p.Message + ".", StringComparer.Ordinal);
            return Form(
                view, link, form.Key, wrong, "Please correct what is marked below, and enter all new values again: they are not sent back to you.", StatusCodes.Status422UnprocessableEntity);
        }

        var changed = await database.WriteAsync(async transaction =>
        {
            var wish = await lifecycle.ChangeSecretsAsync(transaction, id, changes);
            await audit.WriteAsync(transaction, http, "order.secrets", id, $"{wish.Outcome}: {string.Join(", ", changes.Keys.Order(StringComparer.Ordinal))}");
            return wish.Outcome == WishOutcome.Accepted;
        });
        return changed ? new SeeOther("/orders/" + link) : CustomerEndpoints.NotPossible("/orders/" + link, "Not at this moment: wait until it has come to rest, and runs");
    }

    /// <summary>No blueprint is called so, so a form of one is none of the other.</summary>
    private static string FormOf(string agentId) => "secrets/" + agentId;

    private static Page Form(CustomerView view, string link, string formKey, IReadOnlyDictionary<string, string> wrong, string? notice = null, int status = StatusCodes.Status200OK)
    {
        var rest = SecretField.WithoutField(view.Blueprint, wrong);
        var told = notice is null ? rest : rest.Prepend(notice);
        return new Page(view.Title, Html.Of($"""
            <h1>Replace what you entered</h1>
            <p>{view.Title} is restarted with the new values. If it is not well with them, it gets the former ones back.</p>
            {Html.Join(told.Select(t => Html.Of($"<p class=\"notice wrong\" role=\"alert\">{t}</p>")))}
            <form method="post" action="/orders/{link}/secrets" autocomplete="off">
            <input type="hidden" name="form" value="{formKey}">
            {Html.Join(view.Blueprint.Secrets.Select(s => SecretField.Of(s, isRequired: false, " (empty: stays as it is)", wrong)))}
            <button class="main" type="submit" id="replace">Replace</button>
            </form>
            <p><a id="back" href="/orders/{link}">Back</a></p>
            """)) { Status = status };
    }
}
