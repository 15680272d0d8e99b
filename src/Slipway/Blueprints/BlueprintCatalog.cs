using System.Diagnostics.CodeAnalysis;

namespace Slipway.Blueprints;

/// <summary>The blueprints an operator offers: every <c>.yaml</c> file of one directory.</summary>
public sealed class BlueprintCatalog
{
    private readonly SortedDictionary<string, Blueprint> _blueprints = new(StringComparer.Ordinal);

    public BlueprintCatalog(IEnumerable<Blueprint> blueprints)
    {
        foreach (var blueprint in blueprints)
        {
            _blueprints.Add(blueprint.Name, blueprint);
        }
    }

    public IReadOnlyCollection<string> Names => _blueprints.Keys;

    public IReadOnlyCollection<Blueprint> All => _blueprints.Values;

    /// <summary>Reads a directory. One broken file stops the start, and every broken file is reported.</summary>
    /// <param name="directory">Where the files are.</param>
    /// <param name="parameters">The operator's own values, by blueprint and parameter.</param>
    /// <exception cref="BlueprintException">Anything is wrong with any of it.</exception>
    public static BlueprintCatalog Load(
        string directory, IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>>? parameters = null)
    {
        if (!Directory.Exists(directory))
        {
            throw new BlueprintException([new BlueprintProblem(directory, 1, 1, "there is no such directory; set the blueprint directory to one that holds .yaml files")]);
        }

        parameters ??= new Dictionary<string, IReadOnlyDictionary<string, string>>();
        var (blueprints, problems) = (new List<Blueprint>(), new List<BlueprintProblem>());
        foreach (var path in Directory.EnumerateFiles(directory).Order(StringComparer.Ordinal))
        {
            try
            {
                switch (Path.GetExtension(path))
                {
                    case ".yaml":
                        blueprints.Add(Read(path, parameters));
                        break;
                    case ".yml":
                        problems.Add(new BlueprintProblem(Path.GetFileName(path), 1, 1, "a blueprint's file name ends in .yaml; rename it, or move it away"));
                        break;
                }
            }
            catch (BlueprintException broken)
            {
                problems.AddRange(broken.Problems);
            }
        }

        if (problems.Count == 0)
        {
            var catalog = new BlueprintCatalog(blueprints);
            problems.AddRange(catalog.Objections(directory, parameters));
            if (problems.Count == 0)
            {
                return catalog;
            }
        }

        throw new BlueprintException(problems);
    }

    /// <exception cref="BlueprintNotFoundException">There is none of this name.</exception>
    public Blueprint Get(string name) => TryGet(name, out var blueprint)
        ? blueprint
        : throw new BlueprintNotFoundException($"There is no blueprint '{name}'{Suggestion.For(name, Names)} (there are: {string.Join(", ", Names)})");

    public bool TryGet(string name, [NotNullWhen(true)] out Blueprint? blueprint) => _blueprints.TryGetValue(name, out blueprint);

    private static Blueprint Read(string path, IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> parameters)
    {
        var name = Path.GetFileName(path);
        try
        {
            var blueprint = BlueprintParser.Parse(File.ReadAllText(path), name);
            return parameters.TryGetValue(blueprint.Name, out var values) ? blueprint.WithParameters(values) : blueprint;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new BlueprintException([new BlueprintProblem(name, 1, 1, $"the file cannot be read: {error.Message}")]);
        }
    }

    private IEnumerable<BlueprintProblem> Objections(string directory, IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> parameters)
    {
        if (_blueprints.Count == 0)
        {
            yield return new BlueprintProblem(directory, 1, 1, "the directory holds no .yaml file, so there is nothing to sell");
        }

        foreach (var name in parameters.Keys.Where(name => !_blueprints.ContainsKey(name)))
        {
            yield return new BlueprintProblem($"{name}.yaml", 1, 1, $"configuration sets parameters of a blueprint that is not there{Suggestion.For(name, Names)}");
        }
    }
}

/// <summary>Somebody asked for a blueprint that is not offered.</summary>
public sealed class BlueprintNotFoundException(string message) : Exception(message);
