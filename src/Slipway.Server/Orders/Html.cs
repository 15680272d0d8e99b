using System.Net;
using System.Runtime.CompilerServices;
using System.Text;

namespace Slipway.Server.Orders;

/// <summary>Markup. Text that is put into it is encoded; only markup that was made the same way is not.</summary>
internal sealed class Html
{
    public static readonly Html None = new("");

    private readonly string _markup;

    private Html(string markup) => _markup = markup;

    public static Html Of(ref Handler markup) => new(markup.Text);

    public static Html Join(IEnumerable<Html> parts) => new(string.Concat(parts));

    public override string ToString() => _markup;

    [InterpolatedStringHandler]
    internal readonly ref struct Handler(int literalLength, int formattedCount)
    {
        private readonly StringBuilder _text = new(literalLength + 16 * formattedCount);

        public string Text => _text.ToString();

        public void AppendLiteral(string markup) => _text.Append(markup);

        public void AppendFormatted(Html markup) => _text.Append(markup);

        public void AppendFormatted(string? text) => _text.Append(WebUtility.HtmlEncode(text));
    }
}
