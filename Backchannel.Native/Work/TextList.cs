using System.Runtime.InteropServices;

namespace Backchannel.Native.Work;

/// <summary>Texts as C has them: a list of pointers that ends with a null one.</summary>
internal sealed unsafe class TextList : IDisposable
{
    private readonly nint[] texts;

    public TextList(IReadOnlyList<string> texts)
    {
        this.texts = [.. texts.Select(Marshal.StringToCoTaskMemUTF8)];
        Pointers = (byte**)NativeMemory.AllocZeroed((nuint)(texts.Count + 1), (nuint)sizeof(nint));
        for (var i = 0; i < texts.Count; i++)
        {
            Pointers[i] = (byte*)this.texts[i];
        }
    }

    public byte** Pointers { get; }

    public byte* First => Pointers[0];

    public void Dispose()
    {
        NativeMemory.Free(Pointers);
        Array.ForEach(texts, Marshal.FreeCoTaskMem);
    }
}
