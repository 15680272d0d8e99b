namespace Slipway.Ssh;

/// <summary>
/// Follows the quoting of a command's literal parts, to refuse holes where single quotes would not protect the value. It knows just
/// enough of the POSIX grammar to be sure, and refuses what it cannot be sure of.
/// </summary>
internal sealed class ShellScanner
{
    /// <summary>Stands for "part of a word" where the character itself would mislead: after a hole, an escape, a closed <c>$(…)</c>.</summary>
    private const char WordPart = 'x';

    private readonly Stack<Context> _contexts = new([Context.Plain]);
    private bool _escaped;
    private bool _substitutionSeen;
    private bool _caseSeen;
    private char _previous = '\n';
    private char _beforeEscape;

    private enum Context
    {
        Plain,
        Substitution,
        Parentheses,
        SingleQuotes,
        DoubleQuotes,
        Parameter,
        Arithmetic,
        Comment,
    }

    public void Read(string literal)
    {
        _caseSeen |= literal.Replace("\\\n", "").Contains("esac");
        foreach (var c in literal)
        {
            if (c == '\0')
            {
                throw Refuse("a NUL character cannot be part of a command");
            }

            if (_escaped)
            {
                // An escaped line break joins two lines as if neither character were there.
                _previous = c == '\n' ? _beforeEscape : WordPart;
                _escaped = false;
            }
            else
            {
                _previous = Step(c);
            }
        }
    }

    public void ReadHole(bool isEmpty)
    {
        var context = _contexts.Peek();
        var refusal = context switch
        {
            _ when _escaped => "a hole after a backslash would lose its opening quote",
            Context.SingleQuotes or Context.DoubleQuotes => "a hole inside quotes would end them: leave the quotes away, a hole brings its own",
            Context.Comment => "a hole inside a comment could end the comment with a line break",
            Context.Parameter => "a hole inside ${…} is not protected: assign it to a variable first",
            Context.Arithmetic => "a hole inside $((…)) is not protected: assign it to a variable first",
            _ when _previous == '$' => "a hole after a dollar sign would become $'…'",
            _ => null,
        };
        if (refusal is not null)
        {
            throw Refuse(refusal);
        }

        _previous = isEmpty ? _previous : WordPart;
    }

    public void Finish()
    {
        if (_contexts.Peek() == Context.Comment)
        {
            _contexts.Pop();
        }

        if (_escaped || _contexts.Count > 1)
        {
            throw Refuse(_escaped ? "it ends in a backslash" : $"it ends inside {_contexts.Peek()}");
        }

        if (_caseSeen && _substitutionSeen)
        {
            throw Refuse("'case … esac' and '$(…)' in one command cannot be told apart safely: use two commands, or 'if'");
        }
    }

    private char Step(char c) => _contexts.Peek() switch
    {
        Context.SingleQuotes => PopOn(c, '\''),
        Context.Comment => PopOn(c, '\n'),
        Context.DoubleQuotes => c == '"' ? Pop(c) : StepExpandable(c),
        Context.Parameter => c == '}' ? Pop(c) : StepExpandable(RefuseQuotes(c, "${…}")),
        Context.Arithmetic => StepArithmetic(RefuseQuotes(c, "$((…))")),
        _ => StepPlain(c),
    };

    private char StepPlain(char c) => c switch
    {
        '\'' when _previous == '$' => throw Refuse("$'…' is not POSIX: use printf"),
        '<' when _previous == '<' => throw Refuse("here-documents are not protected: send the text on standard input"),
        '#' when _previous is ' ' or '\t' or '\n' or ';' or '&' or '|' or '(' or ')' or '<' or '>' => Push(c, Context.Comment),
        '\'' => Push(c, Context.SingleQuotes),
        '"' => Push(c, Context.DoubleQuotes),
        // "$((" is arithmetic and ends with two brackets; a subshell right after "$(" needs a blank before it.
        '(' when _previous == '(' && _contexts.Peek() == Context.Substitution => Push(Pop(c), Context.Arithmetic, Context.Arithmetic),
        '(' when _previous != '$' => Push(c, Context.Parentheses),
        ')' when _contexts.Count > 1 => _contexts.Peek() == Context.Substitution ? Pop(WordPart) : Pop(c),
        _ => StepExpandable(c),
    };

    /// <summary>What dollar signs, backslashes and backquotes mean alike outside quotes and inside double ones.</summary>
    private char StepExpandable(char c)
    {
        switch (c)
        {
            case '`':
                throw Refuse("backquotes are not protected: write $(…)");
            case '\\':
                (_escaped, _beforeEscape) = (true, _previous);
                return c;
            case '{' when _previous == '$':
                return Push(c, Context.Parameter);
            case '(' when _previous == '$':
                _substitutionSeen = true;
                return Push(c, Context.Substitution);
            default:
                return c;
        }
    }

    private char StepArithmetic(char c) => c switch
    {
        '(' when _previous != '$' => Push(c, Context.Arithmetic),
        ')' => Pop(WordPart),
        _ => StepExpandable(c),
    };

    private char Push(char c, params ReadOnlySpan<Context> contexts)
    {
        foreach (var context in contexts)
        {
            _contexts.Push(context);
        }

        return c;
    }

    private char Pop(char c)
    {
        _contexts.Pop();
        return c;
    }

    private char PopOn(char c, char end) => c == end ? Pop(c) : c;

    private static char RefuseQuotes(char c, string where) => c is '\'' or '"'
        ? throw Refuse($"quotes inside {where} cannot be followed safely: assign the value to a variable first")
        : c;

    private static FormatException Refuse(string reason) => new($"This shell command cannot be built safely: {reason}.");
}
