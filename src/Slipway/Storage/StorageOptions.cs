using System.ComponentModel.DataAnnotations;

namespace Slipway.Storage;

public sealed class StorageOptions
{
    /// <summary>The path of an SQLite file, or <c>postgres://user:password@host:port/database</c>.</summary>
    [Required(ErrorMessage = "Database is empty: set it to the path of an SQLite file or to a postgres:// address.")]
    public string Database { get; set; } = "slipway.db";

    public bool IsPostgres =>
        Database.StartsWith("postgres://", StringComparison.Ordinal) || Database.StartsWith("postgresql://", StringComparison.Ordinal);
}
