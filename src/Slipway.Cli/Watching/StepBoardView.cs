using Slipway.Cli.Output;
using Spectre.Console;

namespace Slipway.Cli.Watching;

/// <summary>The board as lines: state, step, time, a bar scaled to the longest step, and what it says.</summary>
internal static class StepBoardView
{
    private const int BarWidth = 20;
    private const string Spinner = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏";

    public static Rows Render(StepBoard board, DateTimeOffset now, int width, int frame)
    {
        var longest = board.Rows.Select(row => row.Elapsed(now)).Append(TimeSpan.FromMilliseconds(1)).Max();
        var nameWidth = board.Rows.Select(row => Name(row).Length).Append(0).Max();
        return new Rows(board.Rows.Select(row => Line(row, now, longest, nameWidth, width, frame)));
    }

    private static Paragraph Line(StepRow row, DateTimeOffset now, TimeSpan longest, int nameWidth, int width, int frame)
    {
        var (glyph, colour) = Look(row, frame);
        var elapsed = row.Elapsed(now);
        var filled = row.State == StepState.Pending ? 0 : (int)Math.Ceiling(BarWidth * (elapsed / longest));
        var time = Format.Length(elapsed);
        var head = row.State == StepState.Pending ? " " + Name(row) : $" {Name(row).PadRight(nameWidth)}  {time,8}  ";

        var room = Math.Max(0, width - head.Length - BarWidth - 4);
        var message = row.State == StepState.Done ? "" : Crop(Terminal.Clean(row.Message ?? "").ReplaceLineEndings(" "), room);
        return new Paragraph()
            .Append(glyph, new Style(colour))
            .Append(head, row.State == StepState.Pending ? new Style(Color.Grey) : Style.Plain)
            .Append(new string('━', filled), new Style(colour))
            .Append(message.Length == 0 ? "" : new string(' ', BarWidth - filled + 2) + message, new Style(Color.Grey));
    }

    private static string Name(StepRow row) => Terminal.Clean(row.Undo ? "undo " + row.Step : row.Step);

    private static (string Glyph, Color Colour) Look(StepRow row, int frame) => row.State switch
    {
        StepState.Pending => ("·", Color.Grey),
        StepState.Done => ("✓", Color.Green),
        StepState.Failed => ("✗", Color.Red),
        StepState.Undone => ("↩", Color.Yellow),
        StepState.Retrying => (Spin(frame), Color.Yellow),
        _ => (Spin(frame), Color.Blue),
    };

    private static string Spin(int frame) => Spinner[frame % Spinner.Length].ToString();

    private static string Crop(string text, int room) =>
        text.Length <= room ? text : room < 4 ? "" : text[..(room - 1)] + "…";
}
