namespace Slipway.Hetzner.Http;

/// <summary>
/// Creates first, looks up second. The other order has a gap in which two callers both find nothing.
/// </summary>
internal static class GetOrCreate
{
    public static async Task<T> RunAsync<T>(Func<Task<T>> create, Func<HetznerException, Task<T?>> find)
        where T : class
    {
        try
        {
            return await create();
        }
        catch (HetznerException e) when (e.Code == HetznerErrorCodes.UniquenessError || e.IsOutcomeUnknown)
        {
            // Nothing found means deleted meanwhile, or never made: once more is safe, the name being unique. Twice would be a loop.
            return await find(e) ?? await create();
        }
    }
}
