"""Words that are seldom genes, and words that tell of species: small lists of facts, made for the audit.

Written by hand from general references: the three-letter codes of amino acids (IUPAC-IUB 1983,
doi:10.1111/j.1432-1033.1984.tb07877.x), the symbols of SI units, the usual abbreviations of metabolites and cofactors
(KEGG COMPOUND), of compartments, families and complexes of FamPlex (doi:10.1186/s12859-018-2211-5), and English words
that are also symbols or aliases of genes. Names of species and genera are those of the NCBI Taxonomy. None of it is
complete; ``docs/audit.md`` says what it misses.
"""

from __future__ import annotations

import re

__all__ = [
    "AMINO_ACIDS",
    "COMMON_WORDS",
    "FAMILIES",
    "METABOLITES",
    "OTHER_SPECIES",
    "OTHER_SPECIES_PHRASES",
    "VERTEBRATES",
]


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\S+", text))


COMMON_WORDS = _words("""
    a an and are as at be by can cage cell cis coil damage did face fast fat find fix for from gas get has high hit hot
    impact in is it its large led light line log low mad map mark max met mice min much name not of off on open or out
    part pin plant rest ring root set she six spin spot star step stop strap tank tap task the then to top trans was
    wave weak wish with
    da kda kb bp mm cm nm ml mg ng kg hr hrs sec mol mmol
""")
"""English words, and symbols of units, in lower case."""

AMINO_ACIDS = _words("Ala Arg Asn Asp Cys Gln Glu Gly His Ile Leu Lys Met Phe Pro Ser Thr Trp Tyr Val")
"""Three-letter codes of amino acids; in capitals they can be genes."""

METABOLITES = _words("""
    ABA ACCOA ACP ADO ADP ADPG AKG ALA AMP APS ATP CAMP CDP CER CGMP CIT CMP COA CTP DAG DG DHAP DMAPP E4P F6P FA FAD
    FBP FFA FMN FPP G3P G6P GA3P GABA GAP GAS GDP GGPP GLC GLN GMP GPP GSH GTP HMG IAA ICT IMP IPA IPP IP3 JA LPA LPC
    LPS MAL MEP MVA NAD NADH NADP NADPH NO OAA PA PAPS PC PE PEP PG PHB PI PIP PIP2 PIP3 PRPP PS PYR RA ROS R5P S1P SA
    SAH SAM SLS SUC TAG TG THF UDP UMP UTP
    ER TGN MTOC ECM DNA RNA MRNA DSRNA SSRNA TCA TF NES NLS UTR ORF CA2 CA
""")
"""Abbreviations of metabolites, ions, messengers, hormones, compartments and parts of genes: letters and digits."""

FAMILIES = _words("""
    ACTIVIN BIRC CAV CCL CDC25 CYP1 GATA GPCR HES HIF1 KSR MED MEF2 MOB MOB1 MYL PDE PDH PKC RAB RAC RAP1 RAR STAT TOP
    TRMT TRP UBE2 UGT
""")
"""Families and complexes whose names HGNC also lists as aliases of genes outside them: letters and digits.

Left out are names by which such a gene, or a member alone, is known, too: CHK, DGK, ERK, p38. RAP1 is in, though
TERF2IP is known by it where telomeres are shown: nearly all figures mean the small GTPases.
"""

OTHER_SPECIES = _words("""
    plant seedling chloroplast plastid plastidial plastidic arabidopsis oryza rice zea maize wheat barley soybean
    glycine tomato tomatoes solanum potato potatoes tobacco nicotiana cotton gossypium grapevine vitis radish brassica
    lily lilies citrus kiwifruit eggplant capsicum medicago poplar populus eucalyptus pine lavender mint basil geranium
    artemisia salvia agarwood aquilaria aconitum narcissus moss physcomitrella gymnosperm angiosperm phytohormone
    gibberellin jasmonate lignin volatile chlamydomonas alga algae algal microalga microalgae diatom
    yeast saccharomyces cerevisiae kluyveromyces candida pichia yarrowia schizosaccharomyces fungi fungus fungal
    aspergillus fusarium neurospora penicillium trichoderma
    escherichia bacillus clostridium clostridia corynebacterium pseudomonas streptomyces actinomycete lactobacillus
    lactococcus bifidobacterium zymomonas desulfovibrio rhodobacter rhodopseudomonas synechocystis synechococcus
    cyanobacteria cyanobacterium cyanobacterial thermoanaerobacterium actinobacillus gluconacetobacter komagataeibacter
    streptococcus staphylococcus salmonella thermobifida thermococcus methanococcus archaea archaeon archaeal
    euryarchaea methanogen microorganism strain fermentation biofuel bioethanol butanol phototrophic phylum
    bioproduction
    drosophila melanogaster mosquito mosquitoes aedes bombyx beetle caenorhabditis elegans worm nematode
""")
"""Words of plants, fungi, bacteria, archaea, invertebrates and of making things in microorganisms; singular forms."""

OTHER_SPECIES_PHRASES = (
    "e coli",
    "cell factories",
    "cell factory",
    "metabolic engineering",
    "metabolically engineered",
    "microbial community",
    "microbial communities",
    "microbial platform",
    "microbial production",
    "microbial synthesis",
    "rubber biosynthesis",
    "carotenoid biosynthesis",
    "pepper wrky",
)
"""The same, of several words."""

VERTEBRATES = _words("""
    human patient women woman men man mouse mice murine rat mammal mammalian bovine porcine pig sheep chicken bird
    zebrafish xenopus macrophage neuron neuronal brain liver hepatic hepatocyte hepatocellular hepatitis hepatotoxicity
    cardiac cardiovascular cardiomyocyte kidney renal lung cancer tumor tumour carcinoma leukemia lymphoma disease
    alzheimer diabetes diabetic obesity monocyte hela dendritic lymphocyte
""")
"""Words that tell of vertebrates, their organs and diseases; singular forms."""
