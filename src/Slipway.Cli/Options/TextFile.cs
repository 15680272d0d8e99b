namespace Slipway.Cli.Options;

/// <summary>A file named on the command line.</summary>
internal static class TextFile
{
    public static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new UsageException(Words.Unreadable(path, e.Message));
        }
    }
}
