"""Thirty people of Oakrow. The first five are the demo's sign-ins, one a role."""

SQUADS = ("Scheduling", "Payroll", "Platform")
DOMAIN = "oakrow.example"

# name, title, role, squad
PEOPLE = (
    ("Maya Okafor", "Chief executive", "owner", ""),
    ("Rafael Amaral", "Operations", "admin", ""),
    ("Tomas Lindgren", "Product manager", "product", "Scheduling"),
    ("Adaeze Nwosu", "Customer success", "member", ""),
    ("Dora Vance", "Board observer", "viewer", ""),
    ("Priya Raman", "Product manager", "product", "Payroll"),
    ("Hanna Sørensen", "Product manager", "product", "Platform"),
    ("Ines Marchetti", "Data analyst", "product", ""),
    ("Jonas Weber", "Head of engineering", "product", ""),
    ("Luis Carvalho", "Sales", "member", ""),
    ("Birgit Aalto", "Support lead", "product", ""),
    ("Noor Haddad", "Support", "member", ""),
    ("Callum Reid", "Support", "member", ""),
    ("Sofia Brandt", "Sales", "member", ""),
    ("Wen Li", "Designer", "member", "Scheduling"),
    ("Amara Diallo", "Designer", "member", "Payroll"),
    ("Petra Novak", "Engineer", "member", "Scheduling"),
    ("Kofi Mensah", "Engineer", "member", "Scheduling"),
    ("Elin Holm", "Engineer", "member", "Scheduling"),
    ("Mateo Rossi", "Engineer", "member", "Scheduling"),
    ("Yuki Tanaka", "Engineer", "member", "Payroll"),
    ("Farah Aziz", "Engineer", "member", "Payroll"),
    ("Oskar Lund", "Engineer", "member", "Payroll"),
    ("Greta Simons", "Engineer", "member", "Platform"),
    ("Daniel Ortiz", "Engineer", "member", "Platform"),
    ("Leah Cohen", "Engineer", "member", "Platform"),
    ("Victor Hale", "Quality", "member", ""),
    ("Nina Petrova", "Marketing", "member", ""),
    ("Ravi Shah", "Implementation", "member", ""),
    ("Clara Boone", "People and office", "member", ""),
)


def email(name: str) -> str:
    plain = name.split(maxsplit=1)[0].lower().replace("ø", "o")
    return f"{plain}@{DOMAIN}"
