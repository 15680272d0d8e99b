namespace Slipway.LocalCloud.Hetzner;

/// <summary>What the five operations that every kind of resource has need to know of one kind.</summary>
/// <param name="Path">As the path says it, e.g. <c>primary_ips</c>.</param>
/// <param name="Type">As an action's resources say it, e.g. <c>primary_ip</c>.</param>
/// <param name="All">Where the project keeps them.</param>
/// <param name="Answer">One of them, with a status.</param>
/// <param name="AnswerList">A page of them.</param>
internal sealed record ResourceKind<T>(
    string Path, string Type, Func<HetznerProject, Dictionary<long, T>> All, Func<T, int, IResult> Answer,
    Func<IReadOnlyList<T>, ListMeta, IResult> AnswerList)
    where T : NamedResource
{
    /// <summary>The longest name.</summary>
    public int MaxName { get; init; } = 128;

    /// <summary>What a protected one answers to its delete; null for a kind without protection.</summary>
    public string? ProtectedMessage { get; init; }

    /// <summary>The filters and orders this kind has besides everybody's.</summary>
    public Func<ListQuery<T>, ListQuery<T>> Query { get; init; } = query => query;

    /// <summary>Takes from a PUT what only this kind has.</summary>
    public Action<T, UpdateResource> Update { get; init; } = (_, _) => { };

    /// <summary>Refuses a delete, or does what follows from one; the resource is taken out of the project afterwards.</summary>
    public Action<T> Delete { get; init; } = _ => { };

    public T Find(HetznerProject project, long id) =>
        All(project).TryGetValue(id, out var found) ? found : throw HetznerFault.NotFound(Type, id);

    public ActionResource Reference(T resource) => new(resource.Id, Type);

    public string CheckName(string? name) => name switch
    {
        null => throw HetznerFault.InvalidField("name", "Missing data for required field."),
        { Length: > 0 } when name.Length <= MaxName => name,
        _ => throw HetznerFault.InvalidField("name", $"Length must be between 1 and {MaxName}."),
    };

    public void CheckUnique(HetznerProject project, string? name, long? except = null)
    {
        if (All(project).Values.Any(r => r.Id != except && r.Name == name))
        {
            throw HetznerFault.NotUnique("name is already used", "name");
        }
    }
}
