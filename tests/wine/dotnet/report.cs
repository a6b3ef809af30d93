// What the programs in C# print for the tier.
using System;

static class Report
{
    public static int Status { get; private set; }

    public static void Failed(string what, object seen)
    {
        Console.WriteLine("FAILED  {0}: {1}", what, seen);
        Status = 1;
    }

    public static void Is<T>(string what, T seen, T wanted)
    {
        if (Equals(seen, wanted))
            Console.WriteLine("ok      {0}", what);
        else
            Failed(what, seen + ", not " + wanted);
    }

    public static void Holds(string what, bool holds)
    {
        Is(what, holds, true);
    }
}
